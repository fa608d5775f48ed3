"""The gateway's JSON as it is written: shapes and exact numbers. No meaning; that is `translate`'s."""
