/** Types of `lock.mjs`, which runs before anything is compiled. */
export interface LockHolder {
  pid: number;
  host: string;
}

export declare class LockHeldError extends Error {
  readonly code: 'LOCK_HELD';
  readonly holder: LockHolder | undefined;
}

export interface Lock {
  /** Gives it back. */
  release(): void;
  /** A child that outlives us holds the lock, too. */
  addChild(pid: number): void;
}

export declare function describeHolder(holder: LockHolder | undefined): string;

/** @throws LockHeldError when another process has it; errors of the file system */
export declare function takeLock(
  folder: string,
  options?: { onLost?: () => void; onDoubt?: (holder: string, mostMs: number) => void; silentMs?: number },
): Promise<Lock>;
