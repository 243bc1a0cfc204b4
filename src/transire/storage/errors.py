"""What the storage refuses.

StorageError
├── UrlUnsuitable        the address names no database or blob store that Transire supports
├── SchemaNameUnsuitable a PostgreSQL schema must be a plain lower-case name
├── DatabaseLocked       another process wrote for longer than the patience allows
├── DatabaseUnreachable  the file or the server cannot be opened
├── DatabaseDamaged      the file is no database, or its pages contradict one another
├── StorageFull          no space left, for rows or blobs
├── TransactionOpen      a thread asked for a second write transaction inside its first
├── SchemaNewer          the database was migrated by a later version of the program
├── DumpUnsuitable       a portable copy that does not fit the tables
├── BlobMissing          no blob under that digest
├── BlobAltered          the stored bytes are not the ones that the digest names
└── BlobStoreUnreachable the object store does not answer
"""

from __future__ import annotations

from transire.errors import TransireError


class StorageError(TransireError):
    """The base of what the storage refuses."""

    code = "storage.error"
    sentence = "The storage refused."
    status = 500


class UrlUnsuitable(StorageError):
    code = "storage.url-unsuitable"
    sentence = "This address names no storage that Transire supports."
    fix = "Use sqlite:///FILE or postgresql://HOST/NAME for rows, file:///FOLDER or s3://BUCKET/PREFIX for blobs."


class SchemaNameUnsuitable(StorageError):
    code = "storage.schema-name-unsuitable"
    sentence = "This name cannot be the schema of a member."
    fix = "Use at most 63 lower-case letters, digits and underscores, beginning with a letter."


class DatabaseLocked(StorageError):
    code = "storage.database-locked"
    sentence = "The database was busy with another writer for too long."
    fix = "Try again; if it lasts, find the other program that holds the member's database open."
    status = 503


class DatabaseUnreachable(StorageError):
    code = "storage.database-unreachable"
    sentence = "The member's database cannot be opened."
    fix = "Check that the folder exists and may be written, or that the database server runs."
    status = 503


class DatabaseDamaged(StorageError):
    code = "storage.database-damaged"
    sentence = "The member's database is damaged."
    fix = "Stop the node, keep the file, and restore the last backup."


class StorageFull(StorageError):
    code = "storage.full"
    sentence = "There is no space left to store this. Nothing was changed."
    fix = "Free or add disk space, then repeat the step."
    status = 507


class TransactionOpen(StorageError):
    code = "storage.transaction-open"
    sentence = "This thread already writes to the database."
    fix = "Pass the open transaction on instead of beginning a second one."


class MigrationsMissing(StorageError):
    code = "storage.migrations-missing"
    sentence = "This installation lacks the files that prepare a part of the database."
    fix = "Install Transire again; whoever adds a room writes its migrations with transire.storage.migrations."


class SchemaNewer(StorageError):
    code = "storage.schema-newer"
    sentence = "The database was written by a later version of Transire."
    fix = "Run the version that wrote it, or restore the backup made before the upgrade."


class DumpUnsuitable(StorageError):
    code = "storage.dump-unsuitable"
    sentence = "This copy does not fit the tables of the database."
    fix = "Restore it with the version of Transire that made it, then upgrade."
    status = 400


class BlobMissing(StorageError):
    code = "storage.blob-missing"
    sentence = "The stored document cannot be found."
    fix = "Restore the blob store from its backup, or ask the partner that sent the document to send it again."
    status = 404


class BlobAltered(StorageError):
    code = "storage.blob-altered"
    sentence = "A stored document is no longer the one that was stored."
    fix = "Restore this blob from the backup, or ask the partner that sent it to send it again."


class BlobStoreUnreachable(StorageError):
    code = "storage.blob-store-unreachable"
    sentence = "The store of the encrypted documents does not answer."
    fix = "Check the address, the credentials and the network of the object store."
    status = 503
