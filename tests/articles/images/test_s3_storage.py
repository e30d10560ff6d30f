"""Images in a bucket, of a real server that speaks as S3 does."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from articles.images import store
from config.operations.archive import export
from config.operations.archive.folder import OutputFolder
from tests import factories

# Of requirements-s3.txt, and the server: what a site without a bucket need not have.
boto3 = pytest.importorskip("boto3")
pytest.importorskip("storages")
moto_server = pytest.importorskip("moto.server")
KEYS = {"access_key": "test", "secret_key": "test", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def server():
    running = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


def open_bucket(endpoint: str):
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket="pictures")
    return client


@pytest.fixture
def bucket(server, settings):
    settings.STORAGES = settings.STORAGES | {
        "images": {
            "BACKEND": "articles.s3_storage.S3ImageStorage",
            "OPTIONS": {"bucket_name": "pictures", "endpoint_url": server, **KEYS},
        }
    }
    return open_bucket(server)


@pytest.fixture
def image(db, bucket, ann):
    return factories.store_image(ann)


def list_keys(bucket) -> list[str]:
    return [row["Key"] for row in bucket.list_objects_v2(Bucket="pictures").get("Contents", [])]


def test_an_upload_lies_in_the_bucket_by_its_digest_and_is_read_from_there(image, bucket):
    assert store.get_file_name(image) in list_keys(bucket)
    assert store.read_image(image)
    assert storages["images"].bucket_name == "pictures"


def test_a_name_that_is_taken_is_never_written_over(image, bucket):
    name, before = store.get_file_name(image), store.read_image(image)
    storages["images"].save(name, ContentFile(b"another picture"))
    assert store.read_image(image) == before
    bucket.put_object(Bucket="pictures", Key=name, Body=b"forged")
    with pytest.raises(store.UnreadableImage, match="not the one of its digest"):
        store.read_image(image)
    bucket.put_object(Bucket="pictures", Key=name, Body=before)


def test_a_file_that_is_gone_is_missing_as_on_a_disk(image, bucket):
    bucket.delete_object(Bucket="pictures", Key=store.get_file_name(image))
    with pytest.raises(store.MissingImageFile):
        store.read_image(image)
    assert not storages["images"].exists(store.get_file_name(image))


def test_a_bucket_that_does_not_answer_costs_the_picture_as_a_disk_does(image, settings):
    options = settings.STORAGES["images"]["OPTIONS"] | {"endpoint_url": "http://127.0.0.1:9"}
    settings.STORAGES = settings.STORAGES | {
        "images": settings.STORAGES["images"] | {"OPTIONS": options}
    }
    with pytest.raises(store.UnreadableImage):
        store.read_image(image)
    with pytest.raises(OSError, match="the store of images fails"):
        storages["images"].exists("any")


def test_an_export_has_the_pictures_of_the_bucket(image, bucket, tmp_path):
    folder = OutputFolder(tmp_path)
    assert export.copy_images(folder, True) == []
    copied = tmp_path / "images" / store.get_file_name(image)
    assert copied.read_bytes() == store.read_image(image)
