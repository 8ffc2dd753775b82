"""Reads photos from the S3 server of moto with @shroom/data, and compares them with what was put there.

Run with a Python that has moto[s3,server] and boto3, after `npm run setup`: `python tools/reference/s3_moto.py`. The tests of @shroom/data
use a small server of their own, so that they need no Python.
"""

import hashlib
import json
import os
import pathlib
import subprocess

import boto3
from moto.server import ThreadedMotoServer

root = pathlib.Path(__file__).resolve().parents[2]
tars = root / "packages/data/test/reference/webdataset"
program = """
import { createHash } from 'node:crypto';
import { findPhotos, readBytes } from '@shroom/data/node';
const hashes = {};
for await (const { place, name, origin } of findPhotos(['s3://photos/my set/drawn-*.tar', 's3://photos/plain/']))
  hashes[`${place}${name}`] = createHash('sha256').update(await readBytes(origin)).digest('hex');
console.log(JSON.stringify(hashes));
"""

server = ThreadedMotoServer(port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
url = f"http://127.0.0.1:{port}"
keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
client = boto3.client("s3", endpoint_url=url, region_name="eu-north-1", **keys)
client.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
for tar in tars.glob("drawn-*.tar"):
    client.upload_file(str(tar), "photos", f"my set/{tar.name}")
client.put_object(Bucket="photos", Key="plain/Amanita/ä +1.jpg", Body=b"x" * 100)
environment = {
    **os.environ,
    **{name.upper(): value for name, value in keys.items()},
    "AWS_ENDPOINT_URL": url,
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
command = ["node", "--input-type=module", "-e", program]
done = subprocess.run(command, env=environment, cwd=root / "integration", capture_output=True, text=True, check=True)
server.stop()
found = json.loads(done.stdout)
samples = [each for each in json.loads((tars / "samples.json").read_text()) if each["tar"].startswith("drawn")]
expected = {each["files"]["jpg"] for each in samples} | {hashlib.sha256(b"x" * 100).hexdigest()}
assert set(found.values()) == expected and len(found) == len(samples) + 1, found
print(f"{len(found)} photos are those that were put there")
