import type { ClassifierFile } from '@shroom/classifier/browser';
import { element, found } from './element';
import { describeLeftOut } from './training-words';

/** Shows how photos of classes that the model was not trained on would be answered, if that was measured. */
export function showLeftOut(file: ClassifierFile): void {
  const words = describeLeftOut(file);
  found('left-out', HTMLElement).hidden = words === undefined;
  found('left-out-summary', HTMLElement).textContent = words?.summary ?? '';
  found('left-out-note', HTMLElement).textContent = words?.note ?? '';
  const rows = words?.rows ?? [];
  found('left-out-shares', HTMLElement).replaceChildren(
    ...rows.map(([name, share]) =>
      element('li', {}, element('span', {}, name), element('small', {}, share)),
    ),
  );
}
