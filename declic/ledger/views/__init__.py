"""The pages of money: tills, receipts, cheques, the journal and its accounts, grants, expenses, files."""
