import './photos';
// #region find
import { findPhotos, readBytes } from '@shroom/data/node';

// Or 'shards-{000..099}.tar', 's3://bucket/photos/', …
for await (const { place, name, origin } of findPhotos('photos/*/*.jpg')) {
  const bytes = await readBytes(origin);
  console.log(place, name, bytes.length);
}
// #endregion find
