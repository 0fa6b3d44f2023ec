"""The real server is killed outright, again and again, while phones send: no acknowledged group is lost or doubled."""

import json
import random
import signal
import subprocess
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from office import DOORS, PATIENCE_S, OfficeTest

KILLS = 6


class ServerKilled(OfficeTest):
    def record(self, phone, number, enough, written):
        """Records until it is enough, while others sync the same file; `written` is what the phone acknowledged."""
        process = phone.start("batch", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with process.stdin as lines:
            while not enough.is_set():
                note = f"{number}/{len(written)}"
                visit = {"add": "visit", "values": {"place": DOORS[number], "outcome": "met", "note": note}}
                lines.write(json.dumps(visit) + "\n")
                lines.flush()
                written[process.stdout.readline().strip()] = note
                time.sleep(0.005)
        process.stdout.close()
        self.assertEqual(process.wait(PATIENCE_S), 0)

    def sync_until(self, phone, finished, sent):
        """Syncs with one process after another; what the server said it has goes to `sent`."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            last = finished.is_set()
            done = subprocess.run(phone.words("sync", "--json"), capture_output=True, text=True, timeout=PATIENCE_S)
            self.assertIn(done.returncode, (0, 3), done.stderr)
            if done.returncode == 0:
                sent.append(json.loads(done.stdout))
                if last and sent[-1]["waiting_groups"] == 0:
                    return
            time.sleep(0.02)
        self.fail(f"{phone.db} was never even with the office")

    def test_nothing_acknowledged_is_lost_or_doubled(self):
        self.office.serve()
        phones = [self.phone(person) for person in ("王芳", "李军", "张敏", "王芳")]
        written = [{} for _ in phones]
        reports = [[] for _ in phones]
        enough, finished = threading.Event(), threading.Event()
        with ThreadPoolExecutor(2 * len(phones)) as pool:
            recorders = [pool.submit(self.record, phone, n, enough, written[n]) for n, phone in enumerate(phones)]
            senders = [pool.submit(self.sync_until, phone, finished, reports[n]) for n, phone in enumerate(phones)]
            try:
                arrived = self.kill_again_and_again(reports)
                enough.set()
                for recorder in recorders:
                    recorder.result()
            finally:
                enough.set()
                finished.set()
            for sender in senders:
                sender.result()

        self.assertGreater(arrived[-1], 0, "nothing had arrived while the server was being killed")
        self.assert_everything_is_there_once(phones, written)
        self.assertEqual(self.office.stop(), 0)
        self.office.run("verify")

    def kill_again_and_again(self, reports):
        """How many visits the file had after each kill."""
        chance = random.Random(1)
        arrived = []
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.15, 0.4))
            told = sum(report["pushed_groups"] for phone in reports for report in phone)
            self.assertEqual(self.office.stop(signal.SIGKILL), -signal.SIGKILL)
            arrived.append(len(self.office.query("SELECT id FROM visit")))
            self.assertGreaterEqual(arrived[-1], told, "phones were told that more had arrived than did")
            self.office.serve()
        return arrived

    def assert_everything_is_there_once(self, phones, written):
        everything = {visit: note for each in written for visit, note in each.items()}
        at_office = self.office.query("SELECT id, note FROM visit")
        self.assertEqual({row["id"]: row["note"] for row in at_office}, everything)
        self.assertEqual(len(at_office), sum(len(each) for each in written))
        for phone in phones:
            phone.run("sync")
            self.assertEqual({row["id"]: row["note"] for row in phone.query("SELECT id, note FROM visit")}, everything)
            status = phone.json("status")
            self.assertEqual((status["waiting_groups"], status["received_groups"], status["held_groups"]), (0, 0, 0))


if __name__ == "__main__":
    unittest.main()
