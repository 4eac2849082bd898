"""The `rasa` command with this project's adjustments: `python -m nlu train`, `… test`, …."""

from nlu import rasa_setup

if __name__ == "__main__":
    rasa_setup.prepare()
    from rasa.__main__ import main

    main()
