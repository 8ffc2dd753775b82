import { prepareCamera } from './camera';
import { found, tell } from './element';

/**
 * Prepares all ways to add photos to the page: drop, paste, choose a file, take a photograph.
 *
 * @param onFiles Called with the files, which may not be pictures.
 */
export function prepareIntake(onFiles: (files: readonly File[]) => void): void {
  const problem = found('intake-problem', HTMLElement);
  const take = (files: Iterable<File>, otherwise: string) => {
    const list = [...files];
    tell(problem, list.length === 0 ? otherwise : undefined);
    if (list.length > 0) onFiles(list);
  };

  for (const [button, id] of [
    ['choose', 'files'],
    ['', 'capture'],
  ] as const) {
    const input = found(id, HTMLInputElement);
    if (button) found(button, HTMLButtonElement).onclick = () => input.click();
    input.addEventListener('change', () => {
      take(input.files ?? [], 'No file was chosen.');
      // Clearing the input makes it possible to choose the same file again.
      input.value = '';
    });
  }

  const paste = found('paste', HTMLButtonElement);
  paste.hidden = !navigator.clipboard?.read;
  paste.onclick = async () => {
    try {
      take(await clipboardPictures(), 'There is no picture in the clipboard. Copy one first.');
    } catch {
      tell(problem, 'The browser does not let this page see the clipboard. Ctrl+V, or ⌘V, works.');
    }
  };
  document.addEventListener('paste', event => {
    const files = event.clipboardData?.files ?? [];
    take(files, 'There is no picture in the clipboard. Copy one first.');
  });

  prepareCamera(file => take([file], ''));
  prepareDrop(files =>
    take(files, 'No file was dropped. Save the picture first, and drop its file.'),
  );
}

async function clipboardPictures(): Promise<File[]> {
  const items = await navigator.clipboard.read();
  const found = items.flatMap(item => {
    const type = item.types.find(each => each.startsWith('image/'));
    return type ? [item.getType(type)] : [];
  });
  const blobs = await Promise.all(found);
  return blobs.map(blob => new File([blob], 'pasted picture.png', { type: blob.type }));
}

function prepareDrop(onFiles: (files: FileList) => void): void {
  const mark = (dropping: boolean) => document.body.classList.toggle('dropping', dropping);
  document.addEventListener('dragover', event => {
    event.preventDefault();
    mark(true);
  });
  document.addEventListener('dragleave', event => {
    if (event.relatedTarget === null) mark(false);
  });
  document.addEventListener('drop', event => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer) onFiles(event.dataTransfer.files);
  });
}
