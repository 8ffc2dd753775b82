import { found, tell } from './element';

/**
 * Lets the user take a photograph: on a phone with its camera app, on other devices with a viewfinder in the page.
 *
 * @param onPhoto Called with each photo.
 */
export function prepareCamera(onPhoto: (file: File) => void): void {
  const dialog = found('camera', HTMLDialogElement);
  const viewfinder = found('viewfinder', HTMLVideoElement);
  const problem = found('camera-problem', HTMLElement);
  const shoot = found('shoot', HTMLButtonElement);
  const open = async () => {
    tell(problem, undefined);
    shoot.disabled = true;
    dialog.showModal();
    try {
      const video = { facingMode: 'environment', width: { ideal: 1920 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video });
      viewfinder.srcObject = stream;
      // The dialog may have been closed while the browser asked for permission.
      if (!dialog.open) end(viewfinder);
    } catch (error) {
      tell(problem, reasonOf(error as Error));
    }
  };
  viewfinder.addEventListener('loadeddata', () => {
    shoot.disabled = false;
  });
  shoot.onclick = async () => {
    onPhoto(await frameOf(viewfinder));
    dialog.close();
  };
  found('camera-close', HTMLButtonElement).onclick = () => dialog.close();
  dialog.addEventListener('close', () => end(viewfinder));
  found('photograph', HTMLButtonElement).onclick = () => {
    const byProgram = matchMedia('(pointer: coarse)').matches || !navigator.mediaDevices;
    if (byProgram) found('capture', HTMLInputElement).click();
    else void open();
  };
}

async function frameOf(video: HTMLVideoElement): Promise<File> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')!.drawImage(video, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return new File([blob], `photograph of ${time}.jpg`, { type: blob.type });
}

function end(video: HTMLVideoElement): void {
  for (const track of (video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

function reasonOf({ name, message }: Error): string {
  if (name === 'NotAllowedError')
    return 'The browser was not allowed to use the camera. Its settings for this page can change that; or choose a photograph.';
  if (name === 'NotFoundError') return 'No camera was found. Choose a photograph instead.';
  return `The camera cannot be used: ${message}`;
}
