import './exported';
// #region classify
import { env, pipeline } from '@huggingface/transformers';

env.localModelPath = 'exports'; // the folder that holds the exported one
env.allowRemoteModels = false;
const classify = await pipeline('image-classification', 'genera');
console.log(await classify('mushroom.jpg', { top_k: 3 }));
// #endregion classify
