/** Bytes in base64, as addresses of the form `data:` have it. */
export function base64(bytes: Uint8Array): string {
  // A call takes only so many arguments.
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(binary);
}
