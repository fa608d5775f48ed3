"""How Alembic reaches the database; `wasl.ledger.migrate` hands it an open connection."""

from alembic import context

from wasl.ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
