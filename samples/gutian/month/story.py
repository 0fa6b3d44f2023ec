"""The month as it goes: the offices open, everybody writes without signal, it all arrives, and what follows."""

import datetime
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from gutian.town.people import Post
from gutian.town.tables import ROLES, write_attendance, write_posts
from kit import fleet
from kit.tables import GB18030, write_invited, write_table

from .book import Book, Ref, person
from .evening import Evening
from .homes import Homes
from .offices import StreetOffice
from .posts import grade
from .seen import added_up, look_after, look_at_end, look_on_phones, told_of_quarantine

A_WEEK_S = 7 * 24 * 3600


class Story:
    def __init__(self, folder, plans, teller, seed, week):
        self.teller, self.week = teller, week
        self.streets = [StreetOffice(folder, plan, seed) for plan in plans]
        self.month = plans[0].month
        self.first, self.second = self.streets[0], self.streets[-1]

    def both(self, work):
        """The offices have nothing to do with each other and go on at the same time."""
        with ThreadPoolExecutor(len(self.streets)) as pool:
            return list(pool.map(work, self.streets))

    def close(self):
        for street in self.streets:
            street.close()

    def phones(self):
        return [phone for street in self.streets for phone in street.phones]

    # --- Before the month ---

    def open(self):
        loaded = sum((Counter(each) for each in self.both(StreetOffice.open)), Counter())
        new = [loaded[table] for table in ("places", "households", "residents", "people", "candidate")]
        self.teller.step(
            "两个街道各自建好,导入花名册:地点{:,}、住户{:,}、居民{:,}、人员{:,}、后备{:,}".format(*new),
            "Two offices, rosters in: {:,} places, {:,} homes, {:,} residents, {:,} people, {:,} reserves".format(*new),
        )
        pulled = sum(self.both(StreetOffice.join))
        self.teller.step(
            f"{len(self.phones())}部手机加密加入,各取各管的街巷,共{pulled:,}行",
            f"{len(self.phones())} phones join over TLS, each fetches its own alleys: {pulled:,} rows in all",
        )

    # --- The month ---

    def write_the_month(self):
        """No signal. The notebooks of thirty days are written into the phones, day by day."""
        self.both(lambda street: street.record(street.plan.book))
        rows = sum(len(group) for s in self.streets for days in s.plan.book.days.values() for group in days.values())
        self.teller.step(
            f"街道的服务停着,没有信号。30天的巡查本逐日记进手机:共{rows:,}条",
            f"The servers are down; no signal. Thirty days of notebooks go into the phones: {rows:,} entries",
        )
        phone = self.first.phones[0]
        self.teller.quote(phone.leader.name, phone.status()["sentences"][:1])
        self.on_phones = self.both(look_on_phones)

    def everything_arrives(self):
        """The servers are back behind a bad network. Stewards send first, then the communities fetch it."""

        def arrive(street):
            street.open_network()
            workers = list(street.staff.worker_at.values())
            street.send(street.everybody_but(workers))
            self.decide_claims(street)
            street.send(workers)
            street.find_ids()

        self.both(arrive)
        self.teller.step(
            f"服务又开了,网络时断时续,{len(self.phones())}部手机都送到了",
            f"The servers are back, the network is bad; all {len(self.phones())} phones get through",
        )

    @staticmethod
    def decide_claims(street):
        """Two have claimed the same wish: the office decides as it wants it."""
        wishes = {street.ids["wish", wish.home.door.code]: wish for wish in street.plan.homes.wishes}
        street.disputed = street.office.conflicts()
        for entry in street.disputed:
            kept = wishes[entry["row"]].kept_by
            shown = street.key_of[entry["shown_value"]] == (kept.name, kept.phone)
            street.office.command("decide", entry["entry"], "--keep", "shown" if shown else "other")

    # --- What follows ---

    def communities_answer(self):
        """Workers answer, mediate, hold councils, ask residents; then they rate what their own phones tell them."""

        def answer(street):
            book = Book()
            street.evening = Evening(street.plan, book)
            street.record(book)
            graded = Book()
            street.grades = {}
            workers = list(street.staff.worker_at.values())
            for worker in workers:
                self.assess(street, graded, worker)
            street.record(graded)
            street.send(workers)
            street.send(street.everybody_but(workers))

        self.both(answer)
        matters = sum(street.plan.sizes.reported + street.plan.sizes.consulted for street in self.streets)
        graded = sum(len(street.grades) for street in self.streets)
        self.teller.step(
            f"社区逐件答复、会商、调解{matters}件,开了议事会,回访了居民,给{graded}位管家写了日常考评",
            f"The communities answer, consult on and mediate {matters} problems, hold councils, ask residents, "
            f"assess {graded} stewards",
        )
        self.seen = self.both(look_after)

    def assess(self, street, book, worker):
        """A grade for each steward, from the parts that the worker's phone shows; she confirms it by name."""
        posts = {street.ids["assignment", f"{s.place.code}/{s.phone}"]: s for s in street.staff.stewards}
        for row in street.by_leader[worker].view("leader_rating"):
            steward = posts.get(row["assignment"])
            if steward:
                street.grades[steward] = grade(row["total"])
                parts = {name: row[name] for name in ("obligations_part", "hazards_part", "satisfaction_part")}
                book.add(
                    worker, self.month.today, "assessment", assignment=row["assignment"], kind="daily",
                    period_starts=self.month.days[0].isoformat(), period_ends=self.month.today.isoformat(),
                    grade=street.grades[steward], state="confirmed", confirmed_by=person(worker),
                    confirmed_on=self.month.today.isoformat(), **{k: v for k, v in parts.items() if v is not None},
                )  # fmt: skip

    def posts_change_hands(self):
        """Claimed wishes are fulfilled; somebody appeals and is released; an empty post is filled again."""
        self.both(self.fulfil_wishes)
        self.fill_again(self.first)
        self.release(self.second)
        self.both(lambda street: street.send(street.concerned))
        self.teller.step(
            f"{self.released.name}考评不称职,申诉复核后解聘;{self.successor.name}补上了空着的岗位",
            f"{self.released.name} is not competent, appeals, is released; {self.successor.name} takes an empty post",
        )

    def a_week_later(self):
        """Clocks put on by a week: the quarantines are over, and what is personal in them goes, as every night."""

        def pass_a_week(street):
            homes = street.plan.homes.quarantines
            carers = {q.steward for q in homes} - {street.plan.posts.failing}
            street.carers = sorted(carers, key=lambda who: who.place.code)[:3]
            phones = [street.by_leader[who] for who in street.carers]
            street.quarantined = [told_of_quarantine(street, phones)]
            street.close()
            street.office.put_on(A_WEEK_S)
            street.office.command("retention")
            street.office.serve(street.port)
            for phone in phones:
                phone.wrong_by_s = A_WEEK_S
                fleet.sync_through(phone)
            street.office.stop()
            street.quarantined.append(told_of_quarantine(street, phones))

        self.ends = self.both(look_at_end)
        self.county = added_up(self.streets[0].office.program, [end["county_file"] for end in self.ends])
        if self.week:
            self.both(pass_a_week)
            self.teller.step(
                "时钟拨到一周以后:隔离都已期满,夜里自动抹去,手机也跟着抹去",
                "Clocks put on by a week: the quarantines are over, erased at night, then on the phones",
            )

    def fulfil_wishes(self, street):
        book = Book()
        for wish in street.plan.homes.wishes:
            if wish.kept_by and wish.fulfilled:
                Homes.fulfil(book, wish, wish.kept_by, self.month.today, hour=0)
        street.record(book)
        street.concerned = list(book.days)
        failing = street.plan.posts.failing
        if failing:
            own = street.by_leader[failing].query("SELECT id FROM assessment")[0]["id"]
            street.ids["assessment", failing] = own
            row = Ref("assessment", failing)
            street.note(failing, lambda b: b.edit(failing, self.month.today, "assessment", row, appeal="这个月腿伤了"))
            street.concerned.append(failing)
        street.send(street.concerned)

    def fill_again(self, street):
        """The street approves, at its own desk; the community closes the selection; the successor's phone joins."""
        posts, files = street.plan.posts, street.folder / "rosters"
        new, community = posts.successor, street.staff.community_of(street.staff.last_alley)
        self.successor = new.holder
        street.to_refill = street.office.view("posts_to_refill")
        street.suitable = street.office.view("talent_pool", category="retired_party_member", skill="调解")
        street.selections = street.office.view("selection_progress")
        write_table(files / "person-new.csv", ("姓名", "联系电话"), [(new.holder.name, new.holder.phone)], GB18030)
        street.office.load("people", files / "person-new.csv")
        write_posts(files / "assignment-new.csv", [new])
        street.office.load("assignment", files / "assignment-new.csv")
        street.unprepared = street.office.view("posts_without_induction")
        posts_file = files / "attendance-new.csv"
        write_attendance(posts_file, [posts.induction])
        posts.write_induction(files / "training-new.csv", street.street.code)
        street.office.load("training", files / "training-new.csv")
        street.office.load("attendance", posts_file)
        posts.write_approval(files / "selection_step.csv", street.ids)
        street.office.load("selection_step", files / "selection_step.csv")
        write_invited(files / "leaders-new.csv", [new.holder], ROLES)
        host = f"127.0.0.1:{street.port}"
        links = street.office.invite(files / "leaders-new.csv", street.folder / "invitations-new.csv", host)
        street.add_phone(new.holder, links)
        street.find_ids()
        worker = street.staff.worker_at[community]
        street.send([worker])
        street.note(worker, lambda book: posts.appoint(book, worker))
        street.concerned.append(worker)

    def release(self, street):
        """The appeal is answered; then the post ends with yesterday, and a new selection begins."""
        posts, files = street.plan.posts, street.folder / "rosters"
        failing = self.released = posts.failing
        worker = street.staff.worker_of(failing.place)
        street.send([worker])
        street.appealed = street.office.view("assessments_open")
        street.homes_before = street.by_leader[failing].query("SELECT COUNT(*) AS n FROM household")[0]["n"]
        row = Ref("assessment", failing)
        answered = {"appeal_answer": "核对了三户的回访,维持原等次", "state": "settled"}
        street.note(worker, lambda book: book.edit(worker, self.month.today, "assessment", row, **answered))
        street.send([worker])
        held = next(post for post in street.staff.posts if post.holder is failing)
        yesterday = self.month.today - datetime.timedelta(days=1)
        ended = Post(failing, failing.place, "leader", held.starts, yesterday, "考评不称职")
        write_posts(files / "assignment-ended.csv", [ended])
        street.office.load("assignment", files / "assignment-ended.csv")
        street.note(worker, lambda book: posts.call(book, worker))
        street.concerned += [worker, failing]
