import { join } from 'node:path';
import { node, type Place, python, type Row } from '../runner/row';

const [size, batch, workers] = [299, 32, 2];

function pipelineRow(folderOf: (place: Place) => string): Omit<Row, 'name' | 'measures'> {
  return {
    unit: 'images/s',
    better: 'higher',
    bounds: [{ peer: 'torchvision', relation: '>=', factor: 2 }],
    value: secondsPerImage => 1 / secondsPerImage,
    warmup: 1,
    rounds: 7,
    ours: place => node('input-pipeline.ts', folderOf(place), size, batch, workers),
    peers: {
      torchvision: {
        command: place => python('data_peer.py', folderOf(place), size, batch, workers),
      },
    },
  };
}

const transforms = 'resized to 299, flipped, rotated, normalized, in batches of 32 by 2 workers';

export const inputPipelineSmall: Row = {
  name: 'input-pipeline-small',
  measures: `an epoch of photos as they are, of about 320 pixels: ${transforms}`,
  ...pipelineRow(({ photos }) => photos),
};

const cameraFolder = ({ folder }: Place) => join(folder, 'camera');

function cameraRow(count: number, side: number): Omit<Row, 'name'> {
  return {
    measures: `an epoch of ${count} photos of ${side} pixels, as of a camera: ${transforms}`,
    ...pipelineRow(cameraFolder),
    prepare: place => [node('camera-photos.ts', place.photos, cameraFolder(place), count, side)],
  };
}

export const inputPipelineCamera: Row = {
  name: 'input-pipeline-camera',
  ...cameraRow(64, 4000),
};

export const inputPipeline2000: Row = {
  name: 'input-pipeline-2000',
  ...cameraRow(146, 2000),
};
