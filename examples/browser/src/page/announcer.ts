import { found } from './element';

let speaking: ReturnType<typeof setTimeout> | undefined;
let waiting: string[] = [];

/** Announces a text to screen readers. Texts that follow each other quickly are announced together. */
export function announce(text: string): void {
  if (!text) return;
  waiting.push(text);
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    found('said', HTMLElement).textContent = waiting.join(' ');
    waiting = [];
  }, 200);
}
