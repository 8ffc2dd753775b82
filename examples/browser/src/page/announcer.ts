import { found } from './element';

let speaking: ReturnType<typeof setTimeout> | undefined;
let waiting: string[] = [];

/** Tells screen readers what has happened; what happens within a moment is told in one go. */
export function announce(text: string): void {
  if (!text) return;
  waiting.push(text);
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    found('said', HTMLElement).textContent = waiting.join(' ');
    waiting = [];
  }, 200);
}
