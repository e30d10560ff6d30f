"""What an entry of the ledger says, for templates that have the entry."""

from django import template

from articles.public.signature_statements import SignatureStatement
from reviews.models import LedgerEntry
from reviews.signing import statements

register = template.Library()


@register.simple_tag
def read_statement(entry: LedgerEntry) -> SignatureStatement:
    """The meaning of an entry, and what its signer was asked."""
    return statements.build_statement(entry.record)
