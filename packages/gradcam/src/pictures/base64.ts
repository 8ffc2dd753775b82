/** Encodes bytes in base64, for `data:` addresses. */
export function base64(bytes: Uint8Array): string {
  // The number of arguments of a call is limited, so the bytes are converted in pieces.
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(binary);
}
