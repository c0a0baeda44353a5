import os
import tempfile
import unittest

from check import check


class CheckTest(unittest.TestCase):
    def test_a_file_that_has_something_in_it_passes_and_no_other(self):
        with tempfile.TemporaryDirectory() as folder:
            full, empty = os.path.join(folder, "full"), os.path.join(folder, "empty")
            with open(full, "w") as file:
                file.write("text")
            with open(empty, "w"):
                pass
            self.assertEqual(
                check.evaluate([f"--path={full}"]),
                {"status": "ok", "summary": f"{full} has 4 bytes", "metrics": [{"name": "size", "value": 4, "unit": "B"}]},
            )
            self.assertEqual(check.evaluate([f"--path={empty}"])["status"], "critical")
        self.assertEqual(check.evaluate(["--path=/no/such/file"])["status"], "critical")
        self.assertEqual(check.evaluate([])["status"], "unknown")


if __name__ == "__main__":
    unittest.main()
