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
