/** A variable of Grafana's own environment, which it puts in when it reads the file. */
export const environment = (name: string): string => `\${${name}}`;
