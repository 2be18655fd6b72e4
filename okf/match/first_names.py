"""First names, beside the library's table of short forms, which is American."""

from __future__ import annotations

from typing import Final

# Spellings and short forms of one name that are heard here.
SPELLINGS: Final = (
    ("sean", "shaun", "shawn", "shaughn"),
    ("ian", "iain"),
    ("alan", "allan", "allen", "alun"),
    ("ann", "anne", "anna", "annie"),
    ("mohammed", "mohammad", "muhammad", "mohamed", "muhammed", "mohamad", "mahomed", "mo", "md"),
    ("ahmed", "ahmad", "achmed"),
    ("yusuf", "yousuf", "yousef", "youssef", "yusef"),
    ("hussain", "hussein", "husain", "hossain"),
    ("aisha", "ayesha", "aysha"),
    ("fatima", "fatimah", "fatema"),
    ("john", "jon"),
    ("stephen", "steven", "stephan", "steve", "stevie"),
    ("jonathan", "jonathon", "johnathan", "jon", "jonny"),
    ("catherine", "katherine", "kathryn", "catharine", "katharine", "kathrine", "kate", "katie", "kathy", "cathy"),
    ("sarah", "sara", "sally", "sadie"),
    ("rebecca", "rebekah", "becky", "becca"),
    ("nicola", "nicky", "nikki"),
    ("siobhan", "shevaun", "shivaun"),
    ("niamh", "neve", "neave"),
    ("rhys", "reece", "rees"),
    ("zoe", "zoey"),
    ("claire", "clare", "clair"),
    ("gillian", "jillian", "gill", "jill"),
    ("geoffrey", "jeffrey", "geoff", "jeff"),
    ("anthony", "antony", "tony"),
    ("natasha", "tasha"),
    ("aleksandra", "alexandra", "ola"),
    ("katarzyna", "kasia"),
    ("malgorzata", "gosia"),
    ("agnieszka", "aga"),
)

# Short forms that begin otherwise, or end otherwise, than the library knows: each with the names it stands for.
SHORT_FORMS: Final = {
    "baz": ("barry",),
    "bex": ("rebecca", "rebekah"),
    "bron": ("bronwen", "bronwyn"),
    "cat": ("catherine", "catharine", "catriona"),
    "cath": ("catherine", "catharine", "kathleen"),
    "caz": ("caroline", "carol", "catherine", "karen"),
    "daz": ("darren", "darryl"),
    "gaz": ("gareth", "gary"),
    "hettie": ("hester", "henrietta", "harriet"),
    "hetty": ("hester", "henrietta", "harriet"),
    "immy": ("imogen",),
    "jez": ("jeremy", "jeremiah"),
    "kat": ("katherine", "katharine", "kathryn", "katrina"),
    "kaz": ("karen", "karl"),
    "loz": ("lauren", "laurence", "lawrence"),
    "mags": ("margaret",),
    "nic": ("nicola", "nicole", "nicholas"),
    "pip": ("philippa", "phillipa", "philip", "phillip"),
    "pippa": ("philippa", "phillipa"),
    "ros": ("rosalind", "rosamund", "rosemary", "roslyn"),
    "rosie": ("rosalind", "rosamund", "rosemary"),
    "roz": ("rosalind", "rosamund", "rosemary", "roslyn"),
    "shaz": ("sharon",),
    "shiv": ("siobhan",),
    "suze": ("susan", "suzanne", "susannah"),
    "vix": ("victoria",),
}

# What the library holds of other times and places, and nobody here would say.
NOBODY_SAYS: Final = frozenset(
    frozenset(pair)
    for pair in (("robert", "bill"), ("robert", "billy"), ("robert", "william"), ("robert", "willie"), ("john", "ian"))
)

_NAMES = """
amelia ava carl carla carlo daniela daniella denis denise eric erica gabriel gabriela jan jana jean joan karl lara
laura louis louisa louise luca lucas luke lukas mara marc maria mario marius mark marta mary max maya mia mila nina
noah nora oscar oskar paul paula pauline rosa simon simona simone tina toby tom victor victoria viktor yusra
"""
# Names that lie a letter or two from another one, and are no slip of the pen.
NAMES: Final = frozenset(_NAMES.split())
