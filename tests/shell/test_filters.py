"""The filters above a list."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def test_a_filter_of_the_same_name_on_another_page_begins_anew() -> None:
    """Cases and shares both have an order and a state, each with values of its own."""

    def page() -> None:
        import streamlit as st

        from okf.sharing.queries.lists import ShareList
        from okf.shell import filters
        from okf.terms import CaseStatus, ShareStatus

        st.session_state.update(order=ShareList.ALL, state=CaseStatus.OPEN, list=CaseStatus.OPEN)
        st.text(filters.order({"newest": "Newest first", "oldest": "Oldest first"}, width=160))
        st.text(filters.choice("State", "state", list(ShareStatus)))
        st.text(filters.switch("List", {"own": "Your own", "all": "All"}, "list"))

    shown = AppTest.from_function(page).run()

    assert not shown.exception
    assert [one.value for one in shown.text] == ["newest", "None", "own"]


def test_what_was_chosen_in_a_list_stays() -> None:
    def page() -> None:
        import streamlit as st

        from okf.shell import filters

        st.text(filters.order({"newest": "Newest first", "oldest": "Oldest first"}, width=160))

    shown = AppTest.from_function(page).run()
    shown.selectbox[0].select("oldest").run().run()

    assert shown.text[0].value == "oldest"
