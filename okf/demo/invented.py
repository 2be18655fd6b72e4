"""Invented names, places and words, from which the larger demos are drawn."""

from __future__ import annotations

from typing import Final

_GIVEN = """
Ada Adeel Aisling Alma Anouk Ansel Astrid Bao Basil Bea Bram Bryony Caleb Carys Celeste Chidi Cleo Corin Dara Delphine
Dilan Effie Eira Eliot Emeka Esme Ewan Farida Fern Fintan Freya Gethin Greta Gwen Hana Hester Hugo Idris Ines Iona
Isaac Ivo Jamal Jonas Juno Kamala Keir Kit Lakshmi Leif Linnea Luca Mabel Magnus Maren Mina Moira Nadia Nell Niall Nour
Odette Omar Orla Osian Otto Perpetua Petra Priya Quentin Rafi Rhian Robin Rosalind Rowan Sadia Saskia Selma Seren Silas
Sol Stella Tamsin Tariq Thea Tobias Una Vera Viggo Wilf Winifred Xanthe Yara Yusuf Zadie Zora
"""
_FAMILY = """
Applewhistle Ashenford Barleymoor Birchlow Bramblecote Brightwater Candlewick Chalkhill Cloverdene Copperfen Cragmire
Dappleby Dewsprig Driftholm Elmshadow Emberley Fallowgate Fennimoor Fernhollow Flintlock Foxbarrow Gannetrock
Gildenbrook Goosander Greymantle Harrowick Hawkstone Heatherby Hollowell Honeyfold Inglethorn Ivysedge Kestrelby
Kittiwake Lanternby Larkspurling Lichenwood Limberlost Longfurrow Mapleton-Wren Marshlight Merrowdale Mossgiel
Nettlebeck Nightjar Oakapple Otterburnley Paddlewick Pebblecombe Penhallowby Pinderwell Plumstead-Quill Quillfeather
Ravensgill Redshank Ripplemere Rookwithy Saltersgate Sandpiper Shinglewood Silverbirk Skylarken Sorrelby Sparrowfen
Starlingcroft Stonechat Sweetbriar Tanglewood Teaselby Thistlethwaite Thornapple Tidewaiter Tumbledown Underbough
Vetchling Wagtailer Waxwing Wherryman Whimbrel Whitethorn Willowherb Windlestraw Winterbourne-Lee Woodruffe Yaffleby
Yarrowdale
"""

GIVEN: Final = tuple(_GIVEN.split())
FAMILY: Final = tuple(_FAMILY.split())

AREAS: Final = ("North", "North East", "North West", "Midlands", "East", "London", "South East", "South West", "Wales")

# Told by one side, by both, or written by us: short, and about nobody.
SOLE_NOTES: Final = (
    "Handovers on Friday have gone better since they moved to the library car park.",
    "Would like the school to send letters to both homes. Asked us how to ask for it.",
    "Worried about money over the winter; went through the entitlements check together.",
    "Says the new routine is holding. The younger one slept through on both nights.",
    "Talked about what to say to the children about the holidays, and what to leave for later.",
    "Found the last call hard. Agreed to speak mid-week in the mornings instead.",
    "Asked for help to write down what matters most before the next meeting.",
    "Grandparents have offered to help with collections. No decision yet.",
    "Has read the parenting plan template and marked three points to talk about.",
    "Prefers to wait until after the school play before changing the weekday plan.",
    "Has an appointment about housing next week; will ring us after it.",
    "Feels listened to, and is sleeping better. Wants to keep the fortnightly calls.",
)

JOINT_NOTES: Final = (
    "Both agreed the draft calendar for half-term. A copy went to each.",
    "Both confirmed the date of the joint meeting and that nobody records it.",
    "Agreed that the swimming bag travels with the children. A small thing that has caused three arguments.",
    "Both want one shared list of medicines and appointments. Template sent.",
    "Joint call: forty minutes, calm. Next one in three weeks.",
)

TASK_NOTES: Final = (
    "Collected the toy box from the contact room and put it back in order.",
    "Sat in the waiting room during the handover. On time, both ways.",
    "Printed the calendar in large type and posted it as asked.",
    "Phoned to remind about the meeting place. Nothing else was discussed.",
)

THERAPY_NOTES: Final = (
    "Session 3. Drew the two houses with a bridge. Chose the colours of the bridge with great care.",
    "Session 5. Spoke more than before. Would like the puppets again next week.",
    "Session 2. Settled quickly. Asked twice who would be told about the drawing.",
)

PACKS: Final = (
    "Referral pack: what the family asks for, when they can come, and what has been tried so far.",
    "Referral pack: background in half a page, safe contact, and the aims that both put their names to.",
)

TASKS: Final = (
    "Ring about the next appointment",
    "Send the calendar template",
    "Check the safe-contact instructions",
    "Prepare the review meeting",
    "Ask the school which letters it can send twice",
    "Write up the last call",
    "Book the contact room",
    "Confirm the interpreter",
)

ACCOUNTS: Final = (
    "Said that there had been shouting in the night and that the little one hid in the wardrobe.",
    "A neighbour told the volunteer that the children were alone from four until nine.",
    "Came to the session with a bruise on the arm and gave two different reasons for it.",
    "Said that messages come all through the night and that they are afraid to turn the telephone off.",
    "The school says the older one has missed eleven days and is often hungry.",
    "Said things would be easier for everybody without them. Would not say more.",
)

PAPERS: Final = (
    "Copy received from them and filed as received. Nothing was answered.",
    "The school's letter about parents' evening, with both names on it for the first time.",
    "List of questions for the solicitor, in their own words.",
    "The contact centre's house rules, with the dates that were offered.",
)

OUTCOMES: Final = (
    "Proposals that both take away: weekday nights by the shift calendar, Sundays in turn, a review in six months.",
    "Proposals that both take away: one calendar, one bag, no messages through the children.",
    "Proposals that both take away: half of each holiday, calls at half past six, and thanks said once a week.",
)

# What those said who asked for help and went elsewhere, and why they were declined.
ASKED: Final = (
    "Asked what mediation costs, and would speak with a sister first.",
    "Wants to know whether somebody could come along to the handovers.",
    "Asked for a therapist for a child near Sampleton; has a place elsewhere by now.",
    "Rang for a friend, who will ring herself if she wants to.",
)

DECLINED: Final = (
    "Found help nearer to them. We gave two other numbers.",
    "Rang again: they have settled it between themselves.",
    "Did not answer at the safe number on three days.",
)
