"""A clinician's specialty in schema.org's own words, where it has one for it."""

from articles.names import fold

# What clinicians call their specialty → the member of schema.org's MedicalSpecialty.
SCHEMA_ORG_SPECIALTIES = {
    "anaesthesia": "Anesthesia",
    "anesthesiology": "Anesthesia",
    "cardiology": "Cardiovascular",
    "dentistry": "Dentistry",
    "dermatology": "Dermatologic",
    "emergency medicine": "Emergency",
    "endocrinology": "Endocrine",
    "family medicine": "PrimaryCare",
    "gastroenterology": "Gastroenterologic",
    "general practice": "PrimaryCare",
    "geriatrics": "Geriatric",
    "gynaecology": "Gynecologic",
    "gynecology": "Gynecologic",
    "haematology": "Hematologic",
    "hematology": "Hematologic",
    "infectious diseases": "Infectious",
    "medical genetics": "Genetic",
    "midwifery": "Midwifery",
    "nephrology": "Renal",
    "neurology": "Neurologic",
    "nursing": "Nursing",
    "obstetrics": "Obstetric",
    "oncology": "Oncologic",
    "optometry": "Optometric",
    "otolaryngology": "Otolaryngologic",
    "paediatrics": "Pediatric",
    "pathology": "Pathology",
    "pediatrics": "Pediatric",
    "physiotherapy": "Physiotherapy",
    "primary care": "PrimaryCare",
    "psychiatry": "Psychiatric",
    "public health": "PublicHealth",
    "pulmonology": "Pulmonary",
    "radiology": "Radiography",
    "rheumatology": "Rheumatologic",
    "surgery": "Surgical",
    "toxicology": "Toxicologic",
    "urology": "Urologic",
}


def get_schema_org_specialty(name: str) -> str | dict:
    """Schema.org's address for a specialty; a node with its name where there is none."""
    member = SCHEMA_ORG_SPECIALTIES.get(fold(name))
    if member:
        return f"https://schema.org/{member}"
    if name:
        return {"@type": "MedicalSpecialty", "name": name}
    return ""
