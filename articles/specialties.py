"""A clinician's specialty in schema.org's own words, where it has one for it."""

from articles.fields import fold

# What clinicians call their specialty → the member of schema.org's MedicalSpecialty.
MEMBERS = {
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


def specialty(said: str) -> str | dict:
    """The address of schema.org's member for a specialty; a member of our own by its name where there is none."""
    if member := MEMBERS.get(fold(said)):
        return f"https://schema.org/{member}"
    return {"@type": "MedicalSpecialty", "name": said} if said else ""
