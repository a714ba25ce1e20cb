from ioc.access import Scope


def test_everything_sees_every_unit() -> None:
    scope = Scope.everything()
    assert scope.detail is None
    assert scope.compare is None
    assert scope.may_see("31")
    assert scope.may_compare("31")


def test_nothing_sees_no_unit() -> None:
    assert not Scope.nothing().may_see("31")
    assert not Scope.nothing().may_compare("31")


def test_an_officer_compares_peers_without_their_details() -> None:
    officer = Scope(detail=frozenset({"11374"}), compare=frozenset({"11374", "11377"}))
    assert officer.may_see("11374")
    assert officer.may_compare("11377")
    assert not officer.may_see("11377")
    assert not officer.may_compare("11383")


def test_who_sees_a_unit_in_detail_may_compare_it() -> None:
    assert Scope(detail=frozenset({"11374"}), compare=frozenset()).compare == frozenset({"11374"})
    assert Scope(detail=None, compare=frozenset()).compare is None
