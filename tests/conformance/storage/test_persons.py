"""Persons, passwords, codes, sessions, tokens and links, on both databases."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from transire.crypto.digests import hmac_sha256
from transire.crypto.encoding import b64url
from transire.desk import api_tokens, persons, second_factor, sessions, sign_in, sign_in_links, tables
from transire.desk.errors import (
    CsrfMismatch,
    DevelopmentPartRefused,
    LastAdministrator,
    LoginTaken,
    PasswordTooWeak,
    PersonUnknown,
    RoleUnknown,
    ScopeMissing,
    ScopeUnknown,
    SecondFactorNeeded,
    SecondFactorUnknown,
    SessionEnded,
    SignInLinkRefused,
    SignInRefused,
    TextUnsuitable,
    TokenLifeUnsuitable,
    TokenRefused,
    TokenUnknown,
    TooManyAttempts,
)
from transire.desk.passwords import TEST, Strength, is_outdated
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.desk.sign_in import SignInDesk, forget_old_sign_ins, read_sign_ins

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DESK_KEY = bytes(range(32))
PASSWORD = "four lorries at dawn"
LOGIN = "clerk@metalurgica.example"


@pytest.fixture
def desk(database) -> SignInDesk:
    return SignInDesk(database, DESK_KEY, TEST)


@pytest.fixture
def boss(database) -> Person:
    with database.transaction() as tx:
        return persons.add_person(
            tx, name="Office administrator", login="office@metalurgica.example", roles=["administrator"], now=NOON
        )


@pytest.fixture
def clerk(database, desk, boss) -> Person:
    with database.transaction() as tx:
        person = persons.add_person(
            tx, name="Export clerk", login=LOGIN, roles=["preparer", "signing_official"], now=NOON, language="es"
        )
    desk.set_password(person.id, PASSWORD, now=NOON)
    return person


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


class TestPersons:
    def test_a_person_is_found_as_it_was_added(self, database, clerk):
        with database.reading() as view:
            assert persons.find_person(view, clerk.id) == clerk
        assert clerk.roles == {"preparer", "signing_official"}
        assert clerk.language == "es"

    def test_an_address_serves_one_person(self, database, clerk):
        with pytest.raises(LoginTaken), database.transaction() as tx:
            persons.add_person(tx, name="B", login=LOGIN.upper(), roles=["auditor"], now=NOON)

    @pytest.mark.parametrize("roles", [[], ["king"], ["preparer", "king"]])
    def test_unknown_roles_are_refused(self, database, roles):
        with pytest.raises(RoleUnknown), database.transaction() as tx:
            persons.add_person(tx, name="B", login="b@c.example", roles=roles, now=NOON)

    @pytest.mark.parametrize(
        ("name", "login", "language"),
        [
            ("", "b@c.example", "en"),
            ("a\x00b", "b@c.example", "en"),
            ("a\u202eb", "b@c.example", "en"),
            ("a" * 201, "b@c.example", "en"),
            ("B", "no address", "en"),
            ("B", "b@c.example", "English"),
            ("B", "b@c.example", "en\n"),
        ],
    )
    def test_unsuitable_text_is_refused(self, database, name, login, language):
        with pytest.raises(TextUnsuitable), database.transaction() as tx:
            persons.add_person(tx, name=name, login=login, roles=["auditor"], now=NOON, language=language)

    def test_roles_change(self, database, clerk):
        with database.transaction() as tx:
            assert persons.change_roles(tx, clerk.id, ["auditor"]).roles == {"auditor"}

    def test_language_changes(self, database, clerk):
        with database.transaction() as tx:
            assert persons.change_language(tx, clerk.id, "fr").language == "fr"

    def test_the_last_administrator_stays(self, database, boss):
        with database.transaction() as tx:
            with pytest.raises(LastAdministrator):
                persons.change_roles(tx, boss.id, ["auditor"])
            with pytest.raises(LastAdministrator):
                persons.let_go(tx, boss.id, NOON)

    def test_one_of_two_administrators_may_go(self, database, boss, clerk):
        with database.transaction() as tx:
            persons.change_roles(tx, clerk.id, ["administrator"])
            persons.let_go(tx, boss.id, NOON)
            with pytest.raises(LastAdministrator):
                persons.let_go(tx, clerk.id, NOON)

    def test_the_list_shows_who_left_and_not_the_node(self, database, boss, clerk):
        with database.transaction() as tx:
            persons.node_person(tx, NOON)
            persons.let_go(tx, clerk.id, NOON)
            accounts = persons.list_accounts(tx)
        assert [(account.person.name, account.left_at) for account in accounts] == [
            ("Export clerk", NOON),
            ("Office administrator", None),
        ]

    def test_who_left_is_named_but_cannot_act(self, database, clerk):
        with database.transaction() as tx:
            persons.let_go(tx, clerk.id, NOON)
            assert persons.names_of(tx, [clerk.id, "nobody"]) == {clerk.id: "Export clerk"}
            with pytest.raises(PersonUnknown):
                persons.find_person(tx, clerk.id)

    def test_the_node_is_one_person_without_roles(self, database):
        with database.transaction() as tx:
            first = persons.node_person(tx, NOON)
            assert persons.node_person(tx, NOON) == first
            assert first.roles == frozenset()


class TestActor:
    def test_the_reference_is_the_keyed_digest_of_the_statements_salt(self, database, clerk):
        with database.reading() as view:
            key = persons.actor_key(view, clerk.id)
            assert len(key) == 32
            assert persons.actor_reference(view, clerk, b"salt") == b64url(hmac_sha256(key, b"salt"))

    def test_no_two_statements_show_the_same_reference(self, database, clerk, boss):
        with database.reading() as view:
            references = {
                persons.actor_reference(view, person, salt) for person in (clerk, boss) for salt in (b"1", b"2")
            }
        assert len(references) == 4

    def test_erasing_a_person_takes_name_and_key_away(self, database, clerk, desk):
        desk.sign_in(LOGIN, PASSWORD, now=NOON)
        with database.transaction() as tx:
            with pytest.raises(PersonUnknown, match="who has left"):
                persons.erase_person(tx, clerk.id)
            persons.let_go(tx, clerk.id, NOON)
            persons.erase_person(tx, clerk.id)
            with pytest.raises(PersonUnknown):
                persons.actor_key(tx, clerk.id)
            row = tx.execute(sa.select(tables.persons).where(tables.persons.c.id == clerk.id)).one()
            sign_ins = read_sign_ins(tx)
        assert "Export" not in str(row)
        assert "clerk@" not in str(row)
        assert sign_ins == []


class TestPasswords:
    def test_right_is_let_in(self, desk, clerk):
        assert desk.sign_in(" Clerk@Metalurgica.Example ", PASSWORD, now=NOON) == clerk

    @pytest.mark.parametrize(
        ("login", "password"),
        [
            (LOGIN, "four lorries at dusk"),
            (LOGIN, ""),
            (LOGIN, PASSWORD + " "),
            (LOGIN, "x" * 10_000),
            (LOGIN, "\ud800"),
            ("nobody@metalurgica.example", PASSWORD),
            ("office@metalurgica.example", PASSWORD),
            ("no address", PASSWORD),
            ("\x00", PASSWORD),
            ("\ud800@x", PASSWORD),
        ],
    )
    def test_wrong_gets_one_answer(self, desk, clerk, login, password):
        with pytest.raises(SignInRefused) as refusal:
            desk.sign_in(login, password, now=NOON)
        assert str(refusal.value) == str(SignInRefused())

    def test_the_same_letters_in_another_unicode_form_are_the_same_password(self, desk, clerk):
        desk.set_password(clerk.id, "camiones en el an\u0303o", now=NOON)
        assert desk.sign_in(LOGIN, "camiones en el a\u00f1o", now=NOON) == clerk

    @pytest.mark.parametrize(
        "password",
        ["short", "a" * 12, "abababababab", "x" * 257, "Export clerk is my name", "I am export clerk at work"],
    )
    def test_weak_ones_are_refused(self, desk, clerk, password):
        with pytest.raises(PasswordTooWeak):
            desk.set_password(clerk.id, password, now=NOON)
        assert desk.sign_in(LOGIN, PASSWORD, now=NOON) == clerk

    def test_who_left_is_not_let_in(self, database, desk, clerk):
        with database.transaction() as tx:
            persons.let_go(tx, clerk.id, NOON)
        with pytest.raises(SignInRefused):
            desk.sign_in(LOGIN, PASSWORD, now=NOON)

    def test_the_password_itself_is_kept_nowhere(self, database, clerk):
        with database.reading() as view:
            hashed = view.execute(
                sa.select(tables.persons.c.password_hash).where(tables.persons.c.id == clerk.id)
            ).scalar_one()
        assert hashed.startswith("$argon2id$v=19$m=8,t=1,p=1$")

    def test_a_cheap_hash_is_renewed_at_the_next_sign_in(self, database, clerk):
        dearer = Strength(2, 16384)
        SignInDesk(database, DESK_KEY, dearer).sign_in(LOGIN, PASSWORD, now=NOON)
        with database.reading() as view:
            hashed = view.execute(
                sa.select(tables.persons.c.password_hash).where(tables.persons.c.id == clerk.id)
            ).scalar_one()
        assert not is_outdated(hashed, dearer)
        SignInDesk(database, DESK_KEY, dearer).sign_in(LOGIN, PASSWORD, now=NOON)

    def test_a_new_password_ends_the_open_sessions(self, database, desk, clerk):
        with database.transaction() as tx:
            session = sessions.open_session(tx, clerk.id, now=NOON)
        desk.set_password(clerk.id, "eleven green containers", now=NOON)
        with pytest.raises(SessionEnded):
            sessions.resume_session(database, session.token, now=NOON)


def test_a_password_changed_during_the_check_lets_nobody_in(desk, clerk, monkeypatch):
    really = sign_in.verify_password

    def verify_slowly(hashed: str, password: str) -> None:
        really(hashed, password)
        desk.set_password(clerk.id, "eleven green containers", now=NOON)

    monkeypatch.setattr(sign_in, "verify_password", verify_slowly)
    with pytest.raises(SignInRefused):
        desk.sign_in(LOGIN, PASSWORD, now=NOON)


class TestWaiting:
    def fail(self, desk, now, login=LOGIN):
        with pytest.raises(SignInRefused):
            desk.sign_in(login, "four lorries at dusk", now=now)

    def test_after_five_failures_even_the_right_password_waits(self, desk, clerk):
        for _ in range(5):
            self.fail(desk, NOON)
        with pytest.raises(TooManyAttempts) as refusal:
            desk.sign_in(LOGIN, PASSWORD, now=NOON + timedelta(seconds=14))
        assert refusal.value.got == "1 seconds too early"
        assert refusal.value.status == 429
        assert desk.sign_in(LOGIN, PASSWORD, now=NOON + timedelta(seconds=15)) == clerk

    def test_the_wait_grows(self, desk, clerk):
        for _ in range(5):
            self.fail(desk, NOON)
        self.fail(desk, NOON + timedelta(seconds=15))
        with pytest.raises(TooManyAttempts):
            desk.sign_in(LOGIN, PASSWORD, now=NOON + timedelta(seconds=44))

    def test_success_forgets_the_failures(self, desk, clerk):
        for _ in range(4):
            self.fail(desk, NOON)
        desk.sign_in(LOGIN, PASSWORD, now=NOON)
        for _ in range(4):
            self.fail(desk, NOON)
        assert desk.sign_in(LOGIN, PASSWORD, now=NOON) == clerk

    def test_an_unknown_address_waits_as_well(self, desk, clerk):
        for _ in range(5):
            self.fail(desk, NOON, "nobody@metalurgica.example")
        with pytest.raises(TooManyAttempts):
            desk.sign_in("nobody@metalurgica.example", PASSWORD, now=NOON)
        assert desk.sign_in(LOGIN, PASSWORD, now=NOON) == clerk

    def test_guesses_at_once_take_their_turns(self, desk, clerk):
        outcomes = []

        def guess() -> None:
            try:
                desk.sign_in(LOGIN, "four lorries at dusk", now=NOON)
            except (SignInRefused, TooManyAttempts) as error:
                outcomes.append(error.code)

        threads = [threading.Thread(target=guess) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count("desk.sign-in-refused") == 5
        assert outcomes.count("desk.too-many-attempts") == 7

    def test_failures_of_the_day_before_are_forgotten(self, desk, clerk, database):
        for _ in range(4):
            self.fail(desk, NOON)
        later = NOON + timedelta(days=1, seconds=1)
        with database.transaction() as tx:
            forget_old_sign_ins(tx, later)
        for _ in range(4):
            self.fail(desk, later)
        assert desk.sign_in(LOGIN, PASSWORD, now=later) == clerk


class TestSecondFactor:
    @pytest.fixture
    def secret(self, database, clerk) -> str:
        with database.transaction() as tx:
            enrolment = second_factor.begin_enrolment(tx, clerk.id, desk_key=DESK_KEY, issuer="Metalúrgica")
            code = pyotp.TOTP(enrolment.secret).at(NOON)
            second_factor.confirm_enrolment(tx, clerk.id, code, desk_key=DESK_KEY, now=NOON)
        assert enrolment.address.startswith("otpauth://totp/")
        return enrolment.secret

    def code(self, secret, now):
        return pyotp.TOTP(secret).at(now)

    def test_the_password_alone_is_not_enough(self, desk, clerk, secret):
        for _ in range(20):
            # Asking for the code is no failure: a person is not locked out by it.
            with pytest.raises(SecondFactorNeeded):
                desk.sign_in(LOGIN, PASSWORD, now=NOON)

    def test_nobody_learns_of_the_factor_without_the_password(self, desk, clerk, secret):
        with pytest.raises(SignInRefused):
            desk.sign_in(LOGIN, "four lorries at dusk", now=NOON)

    def test_both_together_are(self, desk, clerk, secret):
        now = NOON + minutes(1)
        code = self.code(secret, now)
        assert desk.sign_in(LOGIN, PASSWORD, f"{code[:3]} {code[3:]}", now=now) == clerk

    @pytest.mark.parametrize("drift", [-30, 30])
    def test_a_clock_may_be_wrong_by_half_a_minute(self, desk, clerk, secret, drift):
        now = NOON + minutes(2)
        assert desk.sign_in(LOGIN, PASSWORD, self.code(secret, now + timedelta(seconds=drift)), now=now) == clerk

    @pytest.mark.parametrize("drift", [-61, 61])
    def test_but_not_by_more(self, desk, clerk, secret, drift):
        now = NOON + minutes(2)
        with pytest.raises(SignInRefused):
            desk.sign_in(LOGIN, PASSWORD, self.code(secret, now + timedelta(seconds=drift)), now=now)

    def test_a_code_is_good_once(self, desk, clerk, secret):
        now = NOON + minutes(1)
        desk.sign_in(LOGIN, PASSWORD, self.code(secret, now), now=now)
        with pytest.raises(SignInRefused):
            desk.sign_in(LOGIN, PASSWORD, self.code(secret, now), now=now + timedelta(seconds=1))

    def test_nor_is_one_older_than_the_last(self, desk, clerk, secret):
        now = NOON + minutes(1)
        desk.sign_in(LOGIN, PASSWORD, self.code(secret, now), now=now)
        with pytest.raises(SignInRefused):
            desk.sign_in(LOGIN, PASSWORD, self.code(secret, now - timedelta(seconds=30)), now=now)

    def test_the_code_of_the_enrolment_is_spent(self, desk, clerk, secret):
        with pytest.raises(SignInRefused):
            desk.sign_in(LOGIN, PASSWORD, self.code(secret, NOON), now=NOON)

    def test_two_sign_ins_with_one_code_at_once(self, desk, clerk, secret):
        now, outcomes = NOON + minutes(1), []

        def enter() -> None:
            try:
                outcomes.append(desk.sign_in(LOGIN, PASSWORD, self.code(secret, now), now=now))
            except SignInRefused:
                outcomes.append(None)

        threads = [threading.Thread(target=enter) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count(clerk) == 1

    @pytest.mark.parametrize("code", ["", "0", "abcdef", "١٢٣٤٥٦", "\ud800", "0" * 5000])
    def test_strange_codes_are_refused(self, desk, clerk, secret, code):
        with pytest.raises((SignInRefused, SecondFactorNeeded)):
            desk.sign_in(LOGIN, PASSWORD, code, now=NOON + minutes(1))

    def test_guessing_codes_leads_to_waiting(self, desk, clerk, secret):
        for _ in range(5):
            with pytest.raises(SignInRefused):
                desk.sign_in(LOGIN, PASSWORD, "000000", now=NOON + minutes(1))
        with pytest.raises(TooManyAttempts):
            desk.sign_in(LOGIN, PASSWORD, self.code(secret, NOON + minutes(1)), now=NOON + minutes(1))

    def test_it_counts_only_when_confirmed(self, desk, clerk, database):
        with database.transaction() as tx:
            second_factor.begin_enrolment(tx, clerk.id, desk_key=DESK_KEY)
            with pytest.raises(SignInRefused):
                second_factor.confirm_enrolment(tx, clerk.id, "000000", desk_key=DESK_KEY, now=NOON)
            assert not second_factor.has_second_factor(tx, clerk.id)
        assert desk.sign_in(LOGIN, PASSWORD, now=NOON) == clerk

    def test_confirming_twice_is_refused(self, database, clerk, secret):
        with pytest.raises(SecondFactorUnknown), database.transaction() as tx:
            second_factor.confirm_enrolment(
                tx, clerk.id, self.code(secret, NOON + minutes(1)), desk_key=DESK_KEY, now=NOON + minutes(1)
            )

    def test_an_administrator_removes_it(self, desk, clerk, database, secret):
        with database.transaction() as tx:
            assert second_factor.has_second_factor(tx, clerk.id)
            second_factor.remove_second_factor(tx, clerk.id)
        assert desk.sign_in(LOGIN, PASSWORD, now=NOON) == clerk

    def test_the_secret_lies_sealed_and_bound_to_its_person(self, desk, clerk, boss, database, secret):
        row = tables.persons.c
        with database.transaction() as tx:
            sealed = tx.execute(sa.select(row.totp_sealed).where(row.id == clerk.id)).scalar_one()
            assert secret.encode() not in sealed
            tx.execute(sa.update(tables.persons).where(row.id == boss.id).values(totp_sealed=sealed))
            with pytest.raises(SecondFactorUnknown):
                second_factor.accept_code(tx, boss.id, "000000", desk_key=DESK_KEY, now=NOON)

    def test_another_desk_key_lets_nobody_in(self, database, clerk, secret):
        now = NOON + minutes(1)
        with pytest.raises(SecondFactorUnknown):
            SignInDesk(database, bytes(32), TEST).sign_in(LOGIN, PASSWORD, self.code(secret, now), now=now)


class TestSessions:
    @pytest.fixture
    def session(self, database, clerk):
        with database.transaction() as tx:
            return sessions.open_session(tx, clerk.id, now=NOON)

    def test_a_session_knows_its_person(self, database, clerk, session):
        resumed = sessions.resume_session(database, session.token, now=NOON)
        assert (resumed.person, resumed.csrf) == (clerk, session.csrf)
        assert resumed.ends_at == NOON + timedelta(hours=12)

    @pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "A" * 43, "A" * 100_000])
    def test_a_forged_one_is_over(self, database, session, token):
        with pytest.raises(SessionEnded):
            sessions.resume_session(database, token, now=NOON)

    def test_only_the_digest_is_kept(self, database, session):
        with database.reading() as view:
            row = view.execute(sa.select(tables.sessions)).one()
        assert session.token not in str(row)
        assert session.csrf not in str(row)
        assert session.token not in repr(session)

    def test_an_idle_one_ends(self, database, session):
        sessions.resume_session(database, session.token, now=NOON + minutes(29))
        sessions.resume_session(database, session.token, now=NOON + minutes(58))
        with pytest.raises(SessionEnded):
            sessions.resume_session(database, session.token, now=NOON + minutes(88))

    def test_a_busy_one_ends_after_the_day(self, database, session):
        for quarter in range(1, 48):
            sessions.resume_session(database, session.token, now=NOON + minutes(15 * quarter))
        with pytest.raises(SessionEnded):
            sessions.resume_session(database, session.token, now=NOON + timedelta(hours=12))

    def test_pages_in_one_minute_cost_no_write(self, database, session):
        with database.transaction():  # A write would wait for this one and be refused.
            sessions.resume_session(database, session.token, now=NOON + timedelta(seconds=59))

    def test_signing_out(self, database, session):
        with database.transaction() as tx:
            sessions.close_session(tx, session.token)
            sessions.close_session(tx, session.token)
        with pytest.raises(SessionEnded):
            sessions.resume_session(database, session.token, now=NOON)

    def test_signing_out_everywhere_else(self, database, clerk, session):
        with database.transaction() as tx:
            others = [sessions.open_session(tx, clerk.id, now=NOON) for _ in range(2)]
            assert len(sessions.open_sessions_of(tx, clerk.id, now=NOON)) == 3
            assert sessions.close_sessions_of(tx, clerk.id, but=session.token) == 2
            assert sessions.open_sessions_of(tx, clerk.id, now=NOON) == [NOON]
        sessions.resume_session(database, session.token, now=NOON)
        with pytest.raises(SessionEnded):
            sessions.resume_session(database, others[0].token, now=NOON)

    def test_letting_a_person_go_ends_its_sessions(self, database, clerk, session):
        with database.transaction() as tx:
            persons.let_go(tx, clerk.id, NOON)
            assert tx.execute(sa.select(tables.sessions)).first() is None
        with pytest.raises(SessionEnded):
            sessions.resume_session(database, session.token, now=NOON)

    def test_roles_taken_away_are_gone_with_the_next_page(self, database, clerk, session):
        with database.transaction() as tx:
            persons.change_roles(tx, clerk.id, ["auditor"])
        assert sessions.resume_session(database, session.token, now=NOON).person.roles == {"auditor"}

    def test_ended_ones_are_forgotten(self, database, session):
        with database.transaction() as tx:
            sessions.forget_ended_sessions(tx, NOON)
            assert tx.execute(sa.select(tables.sessions)).first()
            sessions.forget_ended_sessions(tx, NOON + minutes(30))
            assert tx.execute(sa.select(tables.sessions)).first() is None

    def test_a_form_carries_the_token_of_its_own_session(self, database, clerk, session):
        with database.transaction() as tx:
            other = sessions.open_session(tx, clerk.id, now=NOON)
        sessions.check_csrf(session.token, session.csrf)
        for wrong in (None, "", other.csrf, session.token, session.csrf + "A", "\ud800"):
            with pytest.raises(CsrfMismatch):
                sessions.check_csrf(session.token, wrong)


class TestApiTokens:
    SCOPES = ("entries.read", "certifications.draft")

    @pytest.fixture
    def token(self, database, clerk):
        with database.transaction() as tx:
            return api_tokens.create_api_token(
                tx, clerk.id, name=" ERP ", scopes=self.SCOPES, ends_at=NOON + timedelta(days=90), now=NOON
            )

    def test_it_acts_for_its_person_within_its_scopes(self, database, clerk, token):
        person = api_tokens.authenticate_token(database, token.token, now=NOON)
        assert (person.id, person.scopes) == (clerk.id, frozenset(self.SCOPES))
        require(person, "certifications.draft")
        with pytest.raises(ScopeMissing):
            require(person, "certifications.sign")

    def test_it_is_shown_once_and_kept_as_a_digest(self, database, token):
        assert token.token.startswith("transire_")
        assert token.token not in repr(token)
        with database.reading() as view:
            assert token.token not in str(view.execute(sa.select(tables.api_tokens)).one())

    @pytest.mark.parametrize("scopes", [[], ["king"], ["claims.decide"], ["entries.read", "persons.manage"]])
    def test_it_is_no_wider_than_its_person(self, database, clerk, scopes):
        with pytest.raises(ScopeUnknown), database.transaction() as tx:
            api_tokens.create_api_token(
                tx, clerk.id, name="x", scopes=scopes, ends_at=NOON + timedelta(days=1), now=NOON
            )

    @pytest.mark.parametrize("days", [-1, 0, 367])
    def test_it_ends_within_a_year(self, database, clerk, days):
        with pytest.raises(TokenLifeUnsuitable), database.transaction() as tx:
            api_tokens.create_api_token(
                tx, clerk.id, name="x", scopes=self.SCOPES, ends_at=NOON + timedelta(days=days), now=NOON
            )

    @pytest.mark.parametrize("text", ["", "transire_", "transire_" + "A" * 43, "\ud800", "x" * 100_000])
    def test_a_forged_one_is_refused(self, database, token, text):
        with pytest.raises(TokenRefused):
            api_tokens.authenticate_token(database, text, now=NOON)

    def test_it_ends(self, database, token):
        api_tokens.authenticate_token(database, token.token, now=NOON + timedelta(days=89))
        with pytest.raises(TokenRefused):
            api_tokens.authenticate_token(database, token.token, now=NOON + timedelta(days=90))

    def test_it_is_revoked(self, database, token):
        with database.transaction() as tx:
            api_tokens.revoke_api_token(tx, token.row.id, now=NOON)
            api_tokens.revoke_api_token(tx, token.row.id, now=NOON + minutes(5))
            (row,) = api_tokens.list_api_tokens(tx)
            with pytest.raises(TokenUnknown):
                api_tokens.revoke_api_token(tx, "nothing", now=NOON)
        assert row.revoked_at == NOON
        with pytest.raises(TokenRefused):
            api_tokens.authenticate_token(database, token.token, now=NOON)

    def test_a_role_taken_away_is_taken_from_it(self, database, clerk, token):
        with database.transaction() as tx:
            persons.change_roles(tx, clerk.id, ["auditor"])
        person = api_tokens.authenticate_token(database, token.token, now=NOON)
        require(person, "entries.read")
        with pytest.raises(Exception, match="role does not permit"):
            require(person, "certifications.draft")

    def test_it_ends_with_its_person(self, database, clerk, token):
        with database.transaction() as tx:
            persons.let_go(tx, clerk.id, NOON)
        with pytest.raises(TokenRefused):
            api_tokens.authenticate_token(database, token.token, now=NOON)

    def test_its_use_is_noted_once_a_minute(self, database, clerk, token):
        later = NOON + minutes(3)
        api_tokens.authenticate_token(database, token.token, now=later)
        with database.transaction() as tx:
            api_tokens.authenticate_token(database, token.token, now=later + timedelta(seconds=59))
            (row,) = api_tokens.list_api_tokens(tx, person_id=clerk.id)
        assert (row.used_at, row.name) == (later, "ERP")


class TestSignInLinks:
    def test_a_link_signs_in_once(self, database, clerk):
        with database.transaction() as tx:
            link = sign_in_links.create_sign_in_link(tx, clerk.id, now=NOON, production=False)
            assert sign_in_links.use_sign_in_link(tx, link, now=NOON, production=False) == clerk
            with pytest.raises(SignInLinkRefused):
                sign_in_links.use_sign_in_link(tx, link, now=NOON, production=False)
            (found,) = read_sign_ins(tx)
        assert (found.person_id, found.by, found.outcome) == (clerk.id, "link", "signed in")

    def test_a_link_expires(self, database, clerk):
        with database.transaction() as tx:
            link = sign_in_links.create_sign_in_link(tx, clerk.id, now=NOON, production=False)
            with pytest.raises(SignInLinkRefused):
                sign_in_links.use_sign_in_link(tx, link, now=NOON + timedelta(hours=12), production=False)

    @pytest.mark.parametrize("token", ["", "x", "\ud800"])
    def test_a_forged_one_is_refused(self, database, clerk, token):
        with database.transaction() as tx, pytest.raises(SignInLinkRefused):
            sign_in_links.use_sign_in_link(tx, token, now=NOON, production=False)

    def test_the_production_profile_has_none(self, database, clerk):
        with database.transaction() as tx:
            link = sign_in_links.create_sign_in_link(tx, clerk.id, now=NOON, production=False)
            with pytest.raises(DevelopmentPartRefused):
                sign_in_links.create_sign_in_link(tx, clerk.id, now=NOON, production=True)
            with pytest.raises(DevelopmentPartRefused):
                sign_in_links.use_sign_in_link(tx, link, now=NOON, production=True)

    def test_it_is_loud_once(self, database, clerk, caplog):
        sign_in_links._warn_once.cache_clear()
        with caplog.at_level(logging.WARNING), database.transaction() as tx:
            for _ in range(3):
                sign_in_links.create_sign_in_link(tx, clerk.id, now=NOON, production=False)
        assert [record.getMessage()[:22] for record in caplog.records] == ["SIGN-IN LINKS ARE OPEN"]


def test_every_attempt_is_written_down(database, desk, clerk):
    desk.sign_in(LOGIN, PASSWORD, now=NOON, address="192.0.2.7")
    for login in (LOGIN, "nobody@metalurgica.example"):
        with pytest.raises(SignInRefused):
            desk.sign_in(login, "four lorries at dusk", now=NOON)
    with database.transaction() as tx:
        found = [tuple(row) for row in read_sign_ins(tx)]
        forget_old_sign_ins(tx, NOON + timedelta(days=401))
        assert read_sign_ins(tx) == []
    assert found == [
        (NOON, None, "password", "refused", None),
        (NOON, clerk.id, "password", "refused", None),
        (NOON, clerk.id, "password", "signed in", "192.0.2.7"),
    ]
