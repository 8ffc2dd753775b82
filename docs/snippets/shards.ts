import './trained';

// #region shards
import {
  mergeShards,
  planShards,
  shardStatus,
  workShard,
} from '@shroom/classifier';

const out = 'genera.plan';
const run = 'runs/genera';
const { shards } = await planShards('predict', 'photos', {
  run,
  shards: 2,
  out,
});
for (let shard = 0; shard < shards; shard++)
  await workShard(out, { shard }); // or on as many machines
console.log((await shardStatus(out)).done); // [0, 1]
const { path, photos } = await mergeShards(out);
console.log(path, photos); // .../genera.csv
// #endregion shards
