"""Where on a body a mark is, and of what kind it is, as enums; imports nobody."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class BodySide(StrEnum):
    """From which side the body is looked at."""

    FRONT = "front"
    BACK = "back"


class MarkKind(StrEnum):
    """What a mark on a body looks like; what it comes from is for a doctor to say."""

    BRUISE = "bruise"
    CUT = "cut"
    BURN = "burn"
    SWELLING = "swelling"
    OTHER = "other"


class BodyRegion(StrEnum):
    """A part of the body, from the top down; left and right are the person's own."""

    FOREHEAD = "forehead"
    FACE = "face"
    BACK_OF_HEAD = "back_of_head"
    LEFT_EAR = "left_ear"
    RIGHT_EAR = "right_ear"
    NECK = "neck"
    LEFT_SHOULDER = "left_shoulder"
    RIGHT_SHOULDER = "right_shoulder"
    CHEST = "chest"
    UPPER_BACK = "upper_back"
    ABDOMEN = "abdomen"
    LOWER_BACK = "lower_back"
    LEFT_UPPER_ARM = "left_upper_arm"
    RIGHT_UPPER_ARM = "right_upper_arm"
    LEFT_ELBOW = "left_elbow"
    RIGHT_ELBOW = "right_elbow"
    LEFT_FOREARM = "left_forearm"
    RIGHT_FOREARM = "right_forearm"
    LEFT_HAND = "left_hand"
    RIGHT_HAND = "right_hand"
    HIPS_AND_GROIN = "hips_and_groin"
    BUTTOCKS = "buttocks"
    LEFT_THIGH = "left_thigh"
    RIGHT_THIGH = "right_thigh"
    LEFT_KNEE = "left_knee"
    RIGHT_KNEE = "right_knee"
    LEFT_LOWER_LEG = "left_lower_leg"
    RIGHT_LOWER_LEG = "right_lower_leg"
    LEFT_FOOT = "left_foot"
    RIGHT_FOOT = "right_foot"


_FRONT_ONLY: Final = {
    BodyRegion.FOREHEAD,
    BodyRegion.FACE,
    BodyRegion.CHEST,
    BodyRegion.ABDOMEN,
    BodyRegion.HIPS_AND_GROIN,
}
_BACK_ONLY: Final = {BodyRegion.BACK_OF_HEAD, BodyRegion.UPPER_BACK, BodyRegion.LOWER_BACK, BodyRegion.BUTTOCKS}
SEEN_FROM: Final = {
    BodySide.FRONT: tuple(one for one in BodyRegion if one not in _BACK_ONLY),
    BodySide.BACK: tuple(one for one in BodyRegion if one not in _FRONT_ONLY),
}
