import { createHash } from 'node:crypto';

/** How a boot of a machine is named on the wire: the id of the boot itself stays on the machine. */
export const machineBootName = (bootId: string): string => createHash('sha256').update(`pulseboard ${bootId}`).digest('hex').slice(0, 16);
