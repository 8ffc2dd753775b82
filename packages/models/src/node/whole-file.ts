import type { FileHandle } from 'node:fs/promises';

/** Writes all bytes at a file's end. (One `write` may take a part of them: the last that fits on a full disk, or 2 GB.) */
export async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; )
    offset += (await file.write(bytes, offset)).bytesWritten;
}

/** What `read` brings; an error of the file system names the file, which Node leaves out where the file is open already. */
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
