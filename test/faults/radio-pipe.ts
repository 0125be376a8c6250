import { execFileSync } from 'node:child_process';
import { Child } from '../harness/child.js';

/** A way into a file for a process whose own files cannot grow. */
export interface RadioPipe {
  /** What the process writes to. */
  path: string;
  /** Resolves when the process has ended and all of it is in the file. */
  written: Promise<unknown>;
}

/** @param file gets what is written to the pipe beside it */
export function openRadioPipe(file: string): RadioPipe {
  const path = `${file}.pipe`;
  execFileSync('mkfifo', [path]);
  return { path, written: new Child('sh', ['-c', 'exec cat "$0" > "$1"', path, file]).exited };
}
