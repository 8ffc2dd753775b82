import './trained';

// #region features
import '@shroom/backend-ort';
import {
  mergeShards,
  openFeatureFolder,
  planShards,
  workShard,
} from '@shroom/classifier';
import { splitByClass } from '@shroom/data';
import { classifierHead } from '@shroom/head';
import { fit, recipes, selectFrom } from '@shroom/train';
import { setBackend } from '@tensorflow/tfjs-core';

// On many machines, these are `shroom plan features`, `work` and `merge`.
const { path: plan } = await planShards('features', 'photos', {
  ...{ run: 'runs/genera', labeled: true, views: 4, dtype: 'float16' },
  ...{ shards: 1, out: 'features.plan' },
});
await workShard(plan, { shard: 0 });
const { path: folder } = await mergeShards(plan);

await setBackend('ort');
const { all, classes, close } = await openFeatureFolder(folder);
// The photos came without a split.
const split = splitByClass(
  Array.from(all.labels, (label, index) => ({ id: `${index}`, label })),
);
// Of these 18,432 features, half and a quarter would be 212 million weights.
const head = classifierHead(all.shape[0]!, classes.length, {
  hiddenUnits: [512, 256],
});
const parts = {
  train: selectFrom(all, split.train),
  validation: selectFrom(all, split.validation),
  classes: classes.length,
};
for await (const { epoch, validation } of fit(head, parts, {
  ...recipes.fast,
  epochs: 5,
}))
  console.log(epoch, validation.accuracy);
await close();
// #endregion features
