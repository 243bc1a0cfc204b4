"""First tables."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "desk_0001_first_tables"
down_revision = None
branch_labels = ("desk",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_persons",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("login", columns.Words(), nullable=True),
        sa.Column("roles", columns.Json(), nullable=False),
        sa.Column("language", columns.Name(), nullable=False),
        sa.Column("password_hash", columns.Name(), nullable=True),
        sa.Column("password_changed_at", columns.Instant(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed", sa.Boolean(), nullable=False),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("actor_salt", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("left_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_persons")),
        sa.UniqueConstraint("login", name=op.f("uq_desk_persons_login")),
    )
    op.create_table(
        "desk_sign_in_failures",
        sa.Column("login_digest", columns.Name(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("not_before", columns.Instant(), nullable=False),
        sa.Column("last_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("login_digest", name=op.f("pk_desk_sign_in_failures")),
    )
    op.create_table(
        "desk_api_tokens",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("token_digest", columns.Name(), nullable=False),
        sa.Column("person_id", columns.Name(), nullable=False),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("scopes", columns.Json(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("used_at", columns.Instant(), nullable=True),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["desk_persons.id"], name=op.f("fk_desk_api_tokens_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_api_tokens")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_desk_api_tokens_token_digest")),
    )
    with op.batch_alter_table("desk_api_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_api_tokens_person_id"), ["person_id"], unique=False)

    op.create_table(
        "desk_drafts",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("kind", columns.Name(), nullable=False),
        sa.Column("title", columns.Words(), nullable=False),
        sa.Column("content", columns.Json(), nullable=False),
        sa.Column("sources", columns.Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", columns.Name(), nullable=False),
        sa.Column("document_id", columns.Name(), nullable=True),
        sa.Column("created_by", columns.Name(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_by", columns.Name(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["desk_persons.id"], name=op.f("fk_desk_drafts_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["desk_persons.id"], name=op.f("fk_desk_drafts_updated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_drafts")),
    )
    with op.batch_alter_table("desk_drafts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_desk_drafts_kind_state_updated_at"), ["kind", "state", "updated_at"], unique=False
        )

    op.create_table(
        "desk_inbox_done",
        sa.Column("item_id", columns.Name(), nullable=False),
        sa.Column("person_id", columns.Name(), nullable=False),
        sa.Column("done_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["desk_persons.id"], name=op.f("fk_desk_inbox_done_person_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_desk_inbox_done")),
    )
    op.create_table(
        "desk_inbox_read",
        sa.Column("item_id", columns.Name(), nullable=False),
        sa.Column("person_id", columns.Name(), nullable=False),
        sa.Column("read_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["desk_persons.id"], name=op.f("fk_desk_inbox_read_person_id")),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_desk_inbox_read")),
    )
    op.create_table(
        "desk_notes",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("document_id", columns.Name(), nullable=False),
        sa.Column("text", columns.Words(), nullable=False),
        sa.Column("person_id", columns.Name(), nullable=False),
        sa.Column("written_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["desk_persons.id"], name=op.f("fk_desk_notes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_notes")),
    )
    with op.batch_alter_table("desk_notes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_desk_notes_document_id_written_at"), ["document_id", "written_at"], unique=False
        )

    op.create_table(
        "desk_products",
        sa.Column("number", columns.Name(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("tariff_code", columns.Name(), nullable=False),
        sa.Column("unit", columns.Name(), nullable=False),
        sa.Column("origin_country", columns.Name(), nullable=False),
        sa.Column("agreements", columns.Json(), nullable=False),
        sa.Column("facts", columns.Json(), nullable=False),
        sa.Column("words", columns.Words(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", columns.Name(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["updated_by"], ["desk_persons.id"], name=op.f("fk_desk_products_updated_by")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_desk_products")),
    )
    with op.batch_alter_table("desk_products", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_products_tariff_code"), ["tariff_code"], unique=False)

    op.create_table(
        "desk_saved_views",
        sa.Column("person_id", columns.Name(), nullable=False),
        sa.Column("page", columns.Name(), nullable=False),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("query", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["desk_persons.id"], name=op.f("fk_desk_saved_views_person_id")),
        sa.PrimaryKeyConstraint("person_id", "page", "name", name=op.f("pk_desk_saved_views")),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("token_digest", columns.Name(), nullable=False),
        sa.Column("person_id", columns.Name(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("seen_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["desk_persons.id"], name=op.f("fk_desk_sessions_person_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_desk_sessions")),
    )
    with op.batch_alter_table("desk_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_sessions_person_id"), ["person_id"], unique=False)

    op.create_table(
        "desk_sign_in_links",
        sa.Column("token_digest", columns.Name(), nullable=False),
        sa.Column("person_id", columns.Name(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("used_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["desk_persons.id"], name=op.f("fk_desk_sign_in_links_person_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_desk_sign_in_links")),
    )
    op.create_table(
        "desk_sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("person_id", columns.Name(), nullable=True),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("outcome", columns.Name(), nullable=False),
        sa.Column("address", columns.Name(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["desk_persons.id"], name=op.f("fk_desk_sign_ins_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_sign_ins")),
    )
    with op.batch_alter_table("desk_sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_sign_ins_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_sign_ins_person_id"), ["person_id"], unique=False)

    op.create_table(
        "desk_materials",
        sa.Column("product_number", columns.Name(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("number", columns.Name(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("tariff_code", columns.Name(), nullable=False),
        sa.Column("origin_country", columns.Name(), nullable=False),
        sa.Column("originating", columns.Name(), nullable=False),
        sa.Column("quantity", columns.Name(), nullable=False),
        sa.Column("unit", columns.Name(), nullable=False),
        sa.Column("value", columns.Name(), nullable=False),
        sa.Column("currency", columns.Name(), nullable=False),
        sa.Column("supplier", columns.Words(), nullable=False),
        sa.Column("facts", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_number"],
            ["desk_products.number"],
            name=op.f("fk_desk_materials_product_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("product_number", "line", name=op.f("pk_desk_materials")),
    )
