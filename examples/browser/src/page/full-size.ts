import { element, found } from './element';
import type { PhotoCard } from './photo-card';

/** Shows a photo with its heat map in a dialog, at full resolution or fitted to the window. Escape closes the dialog. */
export class FullSize {
  readonly #dialog = found('full', HTMLDialogElement);
  readonly #scroller = found('full-scroller', HTMLElement);
  readonly #title = found('full-title', HTMLElement);
  readonly #size = found('full-size', HTMLButtonElement);

  constructor() {
    // The scroller gets the focus, so that the keyboard scrolls it.
    this.#scroller.tabIndex = 0;
    found('full-close', HTMLButtonElement).onclick = () => this.#dialog.close();
    this.#size.onclick = () => this.#show(this.#size.getAttribute('aria-pressed') !== 'true');
    this.#dialog.addEventListener('close', () => this.#scroller.replaceChildren());
  }

  open(card: PhotoCard): void {
    const map = card.canvas.cloneNode() as HTMLCanvasElement;
    if (!map.hidden) map.getContext('2d')!.drawImage(card.canvas, 0, 0);
    const image = element('img', { src: card.address, alt: `Photograph ${card.file.name}` });
    this.#scroller.replaceChildren(element('div', { className: 'frame' }, image, map));
    this.#title.textContent = card.file.name;
    this.#show(true);
    this.#dialog.showModal();
    this.#scroller.focus();
  }

  #show(full: boolean): void {
    this.#size.setAttribute('aria-pressed', String(full));
    this.#scroller.classList.toggle('fitted', !full);
  }
}
