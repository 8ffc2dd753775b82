/** Names that Windows keeps for devices, whatever their ending. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Characters of a file name that come from data. */
const longest = 60;

/**
 * A name from data, such as a class, as a part of a file's name on every system: what is no letter, digit, space, `-`, `_` or `.` becomes
 * `_`, and a name that is too long, empty, a device's, or made of dots is changed. Two names may become the same.
 *
 * @example
 * ```ts
 * fileName('Amanita muscaria'); // 'Amanita muscaria'
 * fileName('../etc'); // '__etc'
 * ```
 */
export function fileName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N} _.-]/gu, '_')
    .replace(/\.{2,}/g, '_')
    .replace(/^[ .]+|[ .]+$/g, '');
  const short = [...plain]
    .slice(0, longest)
    .join('')
    .replace(/[ .]+$/, '');
  if (short === '') return '_';
  return devices.test(short) ? `_${short}` : short;
}

/**
 * A text from data for a terminal: control characters, which could move the cursor or change colors, are shown as `�`.
 *
 * @example
 * ```ts
 * process.stdout.write(forTerminal('Amanita\u001b[31m')); // Amanita�[31m
 * ```
 */
export const forTerminal = (text: string): string =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
