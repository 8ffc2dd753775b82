/**
 * The body of a response, piece by piece.
 *
 * @param bytes How many there should be.
 * @param onReceived Told how many of them are here.
 * @throws Error when the transfer is cut, or when there are more or fewer.
 */
export async function receive(
  response: Response,
  bytes: number,
  onReceived: (received: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const target = new Uint8Array(bytes);
  const reader = response.body!.getReader();
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (received + value.length > bytes) throw new Error(`more than ${bytes} bytes came`);
    target.set(value, received);
    received += value.length;
    onReceived(received);
  }
  if (received !== bytes) throw new Error(`${received} of ${bytes} bytes came`);
  return target;
}

/** In hexadecimal; undefined where the browser does not hash, because the page did not come over https. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
}
