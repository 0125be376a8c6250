/** Where a command writes, and what it looks like there. */
export interface CommandIo {
  /** A line of what was asked for. */
  out(line: string): void;
  /** A line of what went wrong, or goes on. */
  err(line: string): void;
}

/** Of a command that runs for a while. */
export interface RunningIo extends CommandIo {
  /** The terminal that a picture can be drawn on again and again; undefined: a file or a pipe. */
  terminal?: Terminal | undefined;
  /** Resolves when somebody asked to stop. */
  stopping: Promise<void>;
}

export interface Terminal {
  write(text: string): void;
  readonly columns: number;
  readonly rows: number;
}
