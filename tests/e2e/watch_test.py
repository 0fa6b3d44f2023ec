"""`doorstep sync --watch`: picks up what other processes record, outlives a server that goes away, ends when told."""

import json
import signal
import subprocess
import time
import unittest

from office import DOORS, PATIENCE_S, OfficeTest


class Watch(OfficeTest):
    def wait_for_visits(self, count):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if len(self.office.query("SELECT id FROM visit")) == count:
                return
            time.sleep(0.1)
        self.fail(f"the office never had {count} visits")

    def test_records_of_other_processes_go_up_and_a_signal_ends_it(self):
        self.office.serve()
        phone = self.phone("王芳")
        watching = phone.start("sync", "--watch", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        phone.run("add", "visit", f"place={DOORS[0]}", "outcome=met")
        self.wait_for_visits(1)

        self.office.stop()
        phone.run("add", "visit", f"place={DOORS[1]}", "outcome=met")
        self.assertEqual(json.loads(watching.stderr.readline())["error"]["code"], "unreachable")
        self.office.serve()
        self.wait_for_visits(2)

        watching.send_signal(signal.SIGTERM)
        out, _ = watching.communicate(timeout=PATIENCE_S)
        self.assertEqual(watching.returncode, 0)
        self.assertEqual(sum(json.loads(line)["pushed_groups"] for line in out.splitlines()), 2)
        self.assertEqual(phone.json("status")["waiting_groups"], 0)


if __name__ == "__main__":
    unittest.main()
