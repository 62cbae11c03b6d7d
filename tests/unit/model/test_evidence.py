"""Observations are found by their subject."""

from __future__ import annotations

from probes.model.evidence import PROBES, Evidence, Observation, Subject, Target
from probes.model.facts import SettingsFacts, TlsFacts
from probes.model.failure import Failure, Kind, Outcome

TARGET = Target("https://relay.example/v1", "openai", None, "openai", None, None, None)
FAILED = Observation(Subject.HANDSHAKE, "relay.example", Outcome.FAILED, None, Failure(Kind.TLS_EXPIRED))
LOOK = Observation(Subject.CERTIFICATE, "", Outcome.DONE, TlsFacts("relay.example", "system"))


def test_each_probe_is_a_subject_and_each_look_belongs_to_a_probe() -> None:
    assert {Subject(probe).look for probe in PROBES} == {""}
    assert {subject.probe for subject in Subject} - {"deep"} == set(PROBES)
    assert (Subject.CERTIFICATE.probe, Subject.CERTIFICATE.look) == ("tls", "certificate")


def test_one_returns_the_facts_of_the_first_subject_that_has_them() -> None:
    evidence = Evidence(TARGET, (FAILED, LOOK))
    assert evidence.one(TlsFacts, Subject.HANDSHAKE) is None
    assert evidence.one(TlsFacts, Subject.HANDSHAKE, Subject.CERTIFICATE) is LOOK.facts
    shaken = Observation(Subject.HANDSHAKE, "", Outcome.DONE, TlsFacts("relay.example", "system", "TLSv1.3"))
    both = Evidence(TARGET, (LOOK, shaken))
    assert both.one(TlsFacts, Subject.HANDSHAKE, Subject.CERTIFICATE) is shaken.facts
    assert both.one(TlsFacts, Subject.CERTIFICATE, Subject.HANDSHAKE) is LOOK.facts
    assert both.one(SettingsFacts, Subject.HANDSHAKE) is None
