"""Files that are never torn: atomic writes and manifests of content hashes."""

from vn30_training.files.atomic import (
    atomic_folder,
    atomic_path,
    write_bytes,
    write_json,
    write_text,
)
from vn30_training.files.manifest import (
    ArtefactError,
    read_manifest,
    sha256_file,
    verify_manifest,
    write_manifest,
)

__all__ = [
    "ArtefactError",
    "atomic_folder",
    "atomic_path",
    "read_manifest",
    "sha256_file",
    "verify_manifest",
    "write_bytes",
    "write_json",
    "write_manifest",
    "write_text",
]
