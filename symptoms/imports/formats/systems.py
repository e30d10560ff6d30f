"""The body systems of open data (they are MedlinePlus' own names) as ours."""

from symptoms.models import BodySystem

BODY_SYSTEMS_BY_TOPIC = {
    "Blood, Heart and Circulation": BodySystem.HEART,
    "Bones, Joints and Muscles": BodySystem.MUSCULOSKELETAL,
    "Brain and Nerves": BodySystem.NEUROLOGICAL,
    "Cancers": BodySystem.WHOLE_BODY,
    "Cells and Laboratory Findings": BodySystem.WHOLE_BODY,
    "Digestive System": BodySystem.DIGESTIVE,
    "Ear, Nose and Throat": BodySystem.EARS_NOSE_THROAT,
    "Endocrine System": BodySystem.WHOLE_BODY,
    "Eyes and Vision": BodySystem.EYES,
    "General (whole body)": BodySystem.WHOLE_BODY,
    "Growth and Development": BodySystem.WHOLE_BODY,
    "Head and Neck": BodySystem.EARS_NOSE_THROAT,
    "Immune System": BodySystem.WHOLE_BODY,
    "Kidneys and Urinary System": BodySystem.URINARY,
    "Lungs and Breathing": BodySystem.BREATHING,
    "Mental Health and Behavior": BodySystem.MENTAL_HEALTH,
    "Metabolic Problems": BodySystem.WHOLE_BODY,
    "Mouth and Teeth": BodySystem.EARS_NOSE_THROAT,
    "Pregnancy and Reproduction": BodySystem.REPRODUCTIVE,
    "Reproductive System": BodySystem.REPRODUCTIVE,
    "Skin, Hair and Nails": BodySystem.SKIN,
}


def find_body_system(name: str) -> BodySystem | None:
    if name in BODY_SYSTEMS_BY_TOPIC:
        return BODY_SYSTEMS_BY_TOPIC[name]
    for system in BodySystem:
        if name.lower() in (system.value, system.label.lower()):
            return system
    return None
