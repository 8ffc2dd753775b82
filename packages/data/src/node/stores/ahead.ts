/** A part of a file that was read. */
interface Window {
  readonly address: string;
  readonly start: number;
  readonly end: number;
  readonly bytes: Promise<Buffer>;
}

/** Parts that are kept, the one used last at the end. */
const windows: Window[] = [];
const mostWindows = 4;
/** Largest part that is read at once, in bytes. */
const mostAhead = 8 * 2 ** 20;
/** Photos of an archive are this close to each other: between them are headers and labels. */
const near = 2 ** 16;

/** Where the last read of each file ended, and how much is read next time if reading goes on there. */
const runs = new Map<string, { readonly end: number; readonly ahead: number }>();

/**
 * Reads a range of a file on a server. When photos of an archive are read one after the other, more and more of them come with one request.
 *
 * @param read Reads a range: fewer bytes at the end of the file.
 */
export async function readAhead(
  address: string,
  start: number,
  end: number,
  read: (start: number, end: number) => Promise<Buffer>,
): Promise<Buffer> {
  const run = runs.get(address);
  const goesOn = run !== undefined && start >= run.end && start - run.end <= near;
  const ahead = goesOn ? Math.min(mostAhead, Math.max(2 * run.ahead, 4 * (end - start))) : 0;
  runs.delete(address);
  runs.set(address, { end, ahead });
  if (runs.size > 1000) runs.delete(runs.keys().next().value!);
  const index = windows.findIndex(
    each => each.address === address && each.start <= start && end <= each.end,
  );
  if (index >= 0) {
    const [found] = windows.splice(index, 1) as [Window];
    windows.push(found);
    const bytes = await found.bytes.catch(() => undefined);
    if (bytes) return bytes.subarray(start - found.start, end - found.start);
  }
  if (ahead <= end - start) return read(start, end);
  const window: Window = {
    ...{ address, start, end: start + ahead },
    bytes: read(start, start + ahead),
  };
  windows.push(window);
  if (windows.length > mostWindows) windows.shift();
  try {
    return (await window.bytes).subarray(0, end - start);
  } catch (error) {
    // Others may have pushed it out already.
    const place = windows.indexOf(window);
    if (place >= 0) windows.splice(place, 1);
    throw error;
  }
}
