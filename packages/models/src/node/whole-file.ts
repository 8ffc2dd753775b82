import type { FileHandle } from 'node:fs/promises';

/** Writes all bytes at a file's end. A single `write` may write only a part of them: what fits on a full disk, or 2 GB. */
export async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; )
    offset += (await file.write(bytes, offset)).bytesWritten;
}

/** Returns the result of `read`, and adds the file's name to errors of the file system; Node omits it for open files. */
export async function namingFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code, path: named } = error as NodeJS.ErrnoException;
    if (code === undefined || named !== undefined) throw error;
    const why =
      code === 'EISDIR' ? 'it is a folder; name the file in it' : (error as Error).message;
    throw Object.assign(new Error(`${path} cannot be read: ${why}.`, { cause: error }), {
      code,
      path,
    });
  }
}
