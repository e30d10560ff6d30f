"""The formats and columns that know symptoms, offered when the application starts."""

from articles.imports.formats import register
from symptoms.imports.formats import columns, obo, open_data


def register_all() -> None:
    columns.register_all()
    register("obo", obo.read, label="Ontology (OBO)", suffixes=(".obo", ".obo.gz"))
    register("open-data", open_data.read, label="Open data on symptoms (JSON lines)", suffixes=())
