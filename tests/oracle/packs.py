"""The four rule packs by hand, from the domain's documents and from what the templates say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tests.oracle.portal import CERTIFIED_COPY, FIELDS, METRICS, Portal
from tests.oracle.raw import Answers, Parts
from tests.oracle.scores import Criterion, Group, Key, Pack, Rule, linear, steps


@dataclass(frozen=True)
class Facts:
    """What the packs look at."""

    answers: Answers
    portal: Portal

    def counted(self, node: str, rule: Rule, indicator: str, series: str = "dossiers") -> Criterion:
        """A criterion over the parts of an indicator."""
        return Criterion(node, rule, lambda key: self.answers[indicator, series].get(key))

    def reported(self, node: str, rule: Rule, measure: str) -> Criterion:
        return self.counted(node, rule, measure, "reported")

    def stated(self, node: str, rule: Rule, measure: str) -> Criterion:
        """A plain number that a unit wrote down, looked at as it is."""
        return Criterion(node, rule, lambda key: self.answers[measure, "reported"].get(key), whole=Decimal(1))

    def metric(self, node: str, rule: Rule, indicator: str, *, is_inherited: bool = False) -> Criterion:
        """A criterion that the portal publishes with its parts and points."""
        code = METRICS[indicator]

        def published(key: Key) -> Decimal | None:
            found = self.portal[key].metrics.get(code) if key in self.portal else None
            return None if found is None else found.points

        return Criterion(node, rule, self._of_portal(indicator), published, is_inherited=is_inherited)

    def fields(self, node: str, rule: Rule, indicator: str, *, group: str | None = None) -> Criterion:
        """A criterion whose parts are fields of a unit."""
        assert indicator in FIELDS
        published = self.group_points(group) if group else lambda key: None
        return Criterion(node, rule, self._of_portal(indicator), published)

    def certified_copy(self, node: str, rule: Rule) -> Criterion:
        """The portal publishes the percent only."""

        def published(key: Key) -> Decimal | None:
            return self.portal[key].metrics[CERTIFIED_COPY].points if key in self.portal else None

        parts = self._of_portal("e_certified_copy")
        return Criterion(node, rule, parts, published, whole=Decimal(100))

    def group_points(self, group: str) -> Callable[[Key], Decimal | None]:
        return lambda key: self.portal[key].groups.get(group) if key in self.portal else None

    def _of_portal(self, indicator: str) -> Callable[[Key], Parts | None]:
        return lambda key: self.answers[indicator, "portal"].get(key)

    def group(self, node: str, *criteria: Criterion, is_published: bool = True) -> Group:
        """A group of Decision 766, whose points the portal publishes too."""
        return Group(node, criteria, published=self.group_points(node)) if is_published else Group(node, criteria)


def _payment(facts: Facts) -> Group:
    return facts.group(
        "TTTT",
        facts.fields("3.5", linear(2, cap="0.8", of_nothing=0, is_percent_first=True), "pay_tthc_integrated"),
        facts.fields("3.5b", linear(2, cap="0.8", of_nothing=0, is_percent_first=True), "pay_tthc_transacted"),
        facts.fields("3.6", linear(6, of_nothing=0, is_percent_first=True), "pay_dossier_online"),
    )


def _common(facts: Facts) -> dict[str, Group]:
    """The groups that the ruling index and its draft share (indicators.md 1.3, 1.4 and 1.11)."""
    publicity = facts.group(
        "CKMB",
        facts.metric("1.1", linear(6), "tthc_publish_on_time", is_inherited=True),
        facts.metric("1.2", linear(4), "tthc_update_on_time", is_inherited=True),
        facts.metric("1.3", linear(2), "tthc_content_full", is_inherited=True),
        facts.metric("1.4", linear(6), "dossier_sync_rate"),
    )
    progress = facts.group("TDGQ", facts.fields("2.1", linear(20, of_nothing=0), "ontime_766", group="TDGQ"))
    digitised = facts.group(
        "MDSH",
        facts.metric("4.1", linear(6), "e_result_rate"),
        facts.metric("4.2", linear(4), "digitized_rate"),
        facts.metric("4.3", linear(2, cap="0.8"), "reuse_rate"),
        facts.metric("4.4", linear(4), "share_store_rate"),
        facts.metric("4.5a", linear(2), "pop_data_tthc"),
        facts.metric("4.5b", linear(2), "pop_data_dossier"),
        facts.certified_copy("4.6", linear(2)),
    )
    satisfaction = facts.group(
        "MDHL",
        facts.metric("5.2", linear(6, of_nothing=6), "petition_on_time"),
        facts.metric("5.3", linear(6, of_nothing=6), "petition_satisfaction"),
        facts.metric("5.4", linear(6, cap="0.9", of_nothing=0), "dossier_satisfaction"),
    )
    return {group.node: group for group in (publicity, progress, _payment(facts), digitised, satisfaction)}


def qd766_portal(facts: Facts) -> Pack:
    """Decision 766 as the portal scores it."""
    common = _common(facts)
    online = facts.group(
        "CLGQ",
        facts.fields("3.1", linear(2, cap="0.8", of_nothing=0, is_percent_first=True), "online_coverage"),
        facts.fields("3.2", linear(4, of_nothing=0, is_percent_first=True), "service_with_dossier"),
        facts.fields("3.3", linear(6, cap="0.5", of_nothing=0, is_percent_first=True), "online_submission_766"),
    )
    order = (common["CKMB"], common["TDGQ"], online, common["TTTT"], common["MDSH"], common["MDHL"])
    return Pack("qd766_portal_2026", order)


def qd766_draft(facts: Facts) -> Pack:
    """The draft of 2026: online services are one item of 12 points, counted from own dossiers."""
    common = _common(facts)
    online = facts.group(
        "CLGQ",
        facts.counted("3", linear(12, of_nothing=0, is_percent_first=True), "full_online_dossier_eligible"),
        is_published=False,
    )
    order = (common["CKMB"], common["TDGQ"], online, common["TTTT"], common["MDSH"], common["MDHL"])
    return Pack("qd766_draft_2026", order)


def dti_template(facts: Facts) -> Pack:
    """The template for communes: eight groups, three pillars."""

    def share(node: str, maximum: int, measure: str, cap: str = "1") -> Criterion:
        return facts.reported(node, linear(maximum, cap=cap, of_nothing=0), measure)

    def own(node: str, maximum: int, indicator: str, series: str = "dossiers", cap: str = "1") -> Criterion:
        return facts.counted(node, linear(maximum, cap=cap, of_nothing=0), indicator, series)

    half = steps(("1", "5"), ("0.5", "2.5"))
    yes_no = steps(("1", "5"))
    meetings = steps(("4", "5"), ("3", "4"), ("2", "2.5"), ("1", "1"))
    government, economy, society = "digital_government", "digital_economy", "digital_society"
    return Pack(
        "dti_commune_template",
        (
            Group("NTS", (facts.stated("1.1", half, "dti_leader_steering"), share("1.2", 5, "dti_training_share")),
                  government),
            Group("TCS", (facts.stated("2.1", yes_no, "dti_plan_issued"),
                          facts.stated("2.2", yes_no, "dti_data_rules_issued")), government),
            Group("HTS", (share("3.1", 10, "dti_fibre_households"),), society),
            Group("NLS", (facts.stated("4.1", meetings, "dti_meetings"),
                          own("4.2", 5, "cert_coverage_staff", "certificates")), government),
            Group("ATS", (share("5.1", 5, "dti_security_level"), share("5.2", 5, "dti_endpoint_protection")),
                  government),
            Group("CQS", (own("6.1", 4, "online_submission_simple", cap="0.8"),
                          own("6.2", 3, "full_online_dossier_eligible"), own("6.3", 3, "ontime_766"),
                          own("6.4", 3, "pay_dossier_online"), own("6.5", 2, "digitized_rate"),
                          own("6.6", 3, "edoc_signed_rate", "documents"),
                          own("6.7", 2, "work_file_online", "documents")), government),
            Group("KTS", (share("7.1", 5, "dti_shops_online"), share("7.2", 5, "dti_firms_digital"),
                          share("7.3", 5, "dti_cashless_places")), economy),
            Group("XHS", (share("8.1", 5, "citizen_signature", cap="0.7"), share("8.2", 5, "dti_identity_adults"),
                          share("8.3", 5, "dti_health_records")), society),
        ),
    )  # fmt: skip


def dti_example(facts: Facts) -> Pack:
    """The example of a province: rules by steps."""
    meetings = steps(("4", "20"), ("3", "15"), ("2", "10"), ("1", "5"))
    head = steps(("1", "10"), ("0.5", "5"))
    yes_no = steps(("1", "10"))
    online = steps(("0.8", "20"), ("0.6", "15"), ("0.4", "10"), ("0.2", "5"))
    return Pack(
        "dti_province_example",
        (
            Group("A", (facts.stated("A1", meetings, "dti_meetings"), facts.stated("A2", head, "dti_leader_steering"))),
            Group("B", (facts.stated("B1", yes_no, "dti_plan_issued"),
                        facts.stated("B2", yes_no, "dti_data_rules_issued"))),
            Group("C", (facts.counted("C1", online, "online_submission_simple"),
                        facts.counted("C2", linear(15, of_nothing=0), "ontime_766"),
                        facts.counted("C3", linear(15, of_nothing=0), "edoc_signed_rate", "documents"))),
        ),
    )  # fmt: skip


PACKS: dict[str, Callable[[Facts], Pack]] = {
    "qd766_portal_2026": qd766_portal,
    "qd766_draft_2026": qd766_draft,
    "dti_commune_template": dti_template,
    "dti_province_example": dti_example,
}
