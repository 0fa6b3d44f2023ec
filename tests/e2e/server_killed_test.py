"""The real server is killed outright, again and again, while phones send: no acknowledged group is lost or doubled."""

import json
import random
import signal
import subprocess
import threading
import time
import unittest

from office import DOORS, OfficeTest, PATIENCE_S

PHONES = 4
VISITS = 150
KILLS = 5


class ServerKilled(OfficeTest):
    def record(self, phone, number, written):
        """Records while the other thread syncs; what is written down here was acknowledged by the phone."""
        lines = [
            json.dumps({"add": "visit", "values": {"place": DOORS[number % 4], "outcome": "met", "note": f"{number}/{at}"}})
            for at in range(VISITS)
        ]
        process = phone.start("batch", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        feeder = threading.Thread(target=self.feed, args=(process, lines))
        feeder.start()
        written += [line.strip() for line in process.stdout]
        feeder.join()
        process.stdout.close()
        self.assertEqual(process.wait(PATIENCE_S), 0)

    @staticmethod
    def feed(process, lines):
        for line in lines:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            time.sleep(0.01)
        process.stdin.close()

    def sync_until(self, phone, finished, sent):
        """What the server said it has is noted: (groups pushed, verdicts given)."""
        while True:
            last = finished.is_set()
            done = subprocess.run(phone.words("sync", "--json"), capture_output=True, text=True, timeout=PATIENCE_S)
            self.assertIn(done.returncode, (0, 3), done.stderr)
            if done.returncode == 0:
                sent.append(json.loads(done.stdout))
                if last and sent[-1]["waiting_groups"] == 0:
                    return
            time.sleep(0.02)

    def test_nothing_acknowledged_is_lost_or_doubled(self):
        self.office.serve()
        phones = [self.phone(person) for person in ("王芳", "李军", "张敏", "王芳")][:PHONES]
        written = [[] for _ in phones]
        reports = [[] for _ in phones]
        finished = threading.Event()
        recorders = [threading.Thread(target=self.record, args=(p, n, written[n])) for n, p in enumerate(phones)]
        senders = [threading.Thread(target=self.sync_until, args=(p, finished, reports[n])) for n, p in enumerate(phones)]
        for thread in recorders + senders:
            thread.start()
        chance = random.Random(1)
        before = []
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.15, 0.45))
            self.assertEqual(self.office.stop(signal.SIGKILL), -signal.SIGKILL)
            # What a phone was told before the kill has to be in the file that the kill left.
            before.append(len(self.office.query("SELECT id FROM visit")))
            self.office.serve()
        for thread in recorders:
            thread.join()
        finished.set()
        for thread in senders:
            thread.join(PATIENCE_S)
            self.assertFalse(thread.is_alive())

        self.assertEqual([len(ids) for ids in written], [VISITS] * PHONES)
        self.assertEqual(before, sorted(before))
        at_office = [row["id"] for row in self.office.query("SELECT id FROM visit")]
        self.assertEqual(sorted(at_office), sorted(id for ids in written for id in ids))
        notes = {row["note"] for row in self.office.query("SELECT note FROM visit")}
        self.assertEqual(notes, {f"{number}/{at}" for number in range(PHONES) for at in range(VISITS)})
        for phone in phones:
            phone.run("sync")
            self.assertEqual(len(phone.query("SELECT id FROM visit")), PHONES * VISITS)
            status = phone.json("status")
            self.assertEqual((status["waiting_groups"], status["received_groups"], status["held_groups"]), (0, 0, 0))
        self.assertEqual(self.office.stop(), 0)
        self.office.run("verify")


if __name__ == "__main__":
    unittest.main()
