/** Text that is safe inside an element or a quoted attribute of HTML, SVG and XML. */
export function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`)
      // XML allows no other control characters, not even escaped.
      .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
  );
}

/** Bytes in base64, as addresses of the form `data:` have it. */
export function base64(bytes: Uint8Array): string {
  // A call takes only so many arguments.
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(binary);
}
