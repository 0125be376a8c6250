/** What the operating system says of files and folders, in words. */
const IN_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission',
  EPERM: 'the operation is not permitted',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'it is there already',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EFBIG: 'the file would be too large',
  EROFS: 'the disk is read-only',
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EBUSY: 'it is in use',
  EIO: 'the disk reports an error',
  ENXIO: 'there is no such device',
  ENODEV: 'there is no such device',
  ETXTBSY: 'it is a program that runs',
  EXDEV: 'it is on another disk',
  ENOTEMPTY: 'the folder is not empty',
  EINVAL: 'the file system does not allow it',
  ENOTSUP: 'the file system does not allow it',
  ESTALE: 'the network drive does not know it any more',
  ENOTCONN: 'the network drive is not connected',
  EHOSTDOWN: 'the network drive cannot be reached',
  ETIMEDOUT: 'the network drive does not answer',
  ERR_INVALID_ARG_VALUE: 'it is not a valid path',
};

/**
 * Why a file or folder cannot be used, such as `this user has no permission (EACCES)`.
 * @param error as thrown by `node:fs`
 * @param special words for single codes, where more is known of what was to be done
 */
export function fileFault(error: unknown, special: Readonly<Record<string, string>> = {}): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined && special[code] !== undefined) return special[code];
  const words = code === undefined ? undefined : IN_WORDS[code];
  return words === undefined ? (code ?? message ?? String(error)) : `${words} (${code})`;
}

/** Whether an error is one that a person can cause by naming, protecting or filling files: it has a path and a known code. */
export function isFileFault(error: unknown): boolean {
  const { code, syscall, path } = error as { code?: string; syscall?: string; path?: string };
  return code !== undefined && Object.hasOwn(IN_WORDS, code) && (path !== undefined || syscall !== undefined);
}
