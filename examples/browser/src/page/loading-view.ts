import type { LoadProgress } from '../calls';
import { found, tell } from './element';
import { megabytes } from './words';

/** Shows the progress of loading the model, and errors. */
export class LoadingView {
  readonly #section = found('loading', HTMLElement);
  readonly #bar = found('loading-bar', HTMLProgressElement);
  readonly #text = found('loading-text', HTMLElement);
  readonly #bytes = found('loading-bytes', HTMLElement);
  readonly #problem = found('loading-problem', HTMLElement);
  readonly #retry = found('retry', HTMLButtonElement);

  constructor(onRetry: () => void) {
    this.#retry.onclick = onRetry;
  }

  progress({ received, total, kept }: LoadProgress): void {
    this.#bar.max = total;
    this.#bar.value = received;
    this.#bytes.textContent = `${megabytes(received)} of ${megabytes(total)} MB`;
    this.say(
      kept === received ? 'Reading the model from this device …' : 'Loading the model, once …',
    );
  }

  /** Shows work of unknown duration. */
  busy(text: string): void {
    this.#bar.removeAttribute('value');
    this.#bytes.textContent = '';
    this.say(text);
  }

  say(text: string): void {
    this.#section.hidden = false;
    this.#bar.hidden = false;
    this.#text.textContent = text;
    tell(this.#problem, undefined);
    this.#retry.hidden = true;
  }

  done(): void {
    this.#section.hidden = true;
  }

  fail(message: string): void {
    this.#section.hidden = false;
    this.#bar.hidden = true;
    this.#bytes.textContent = '';
    this.#text.textContent = 'The model is not ready.';
    tell(this.#problem, message);
    this.#retry.hidden = false;
  }
}
